"""Whether signed requests are believed by a library that is not ours.

Reads a line of JSON for each on standard input: secret, headers and body. Says of each "good", or why not.
"""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    request = json.loads(line)
    try:
        event = Webhook(request["secret"]).verify(request["body"], request["headers"])
        print("good", event["type"])
    except WebhookVerificationError as error:
        print("not good:", error)
