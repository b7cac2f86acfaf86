"""A desk of a time bank, in Python: an example of a client of Hourbook.

Make the client from proto/ and look at what is there, from the root of the repository:

    python3 -m venv /tmp/desk && . /tmp/desk/bin/activate
    pip install -r tests/clients/python/requirements.txt
    python -m grpc_tools.protoc -I proto --python_out=/tmp/desk --grpc_python_out=/tmp/desk \
        proto/hourbook/v1/*.proto
    PYTHONPATH=/tmp/desk python tests/clients/python/desk.py 127.0.0.1:PORT

or, where the server speaks TLS, NAME:PORT, the file of its authority's certificate and the file of your key.

Three habits make a good client:

- Every write carries a request id that is made once and kept until there is an answer. When the answer is
  lost, ask again with the same id: it is written down once, however often you ask.
- Branch on the reason of a refusal, show people the sentence.
- Remember the position of a watch. After a cut, go on from there: nothing is missed, nothing comes twice.

Amounts are whole seconds. Accounts are numbers with a check digit, as on a card.
"""

import datetime
import os
import pathlib
import sys
import time
import uuid

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from hourbook.v1 import access_pb2, access_pb2_grpc, account_pb2, ledger_pb2, ledger_pb2_grpc, types_pb2
from hourbook.v1.entry_pb2 import AT_DEADLINE_RELEASE, EntryDetails, ReversedPart, Transfer

MINUTE = 60
HOUR = 60 * MINUTE
CALL_SECONDS = 10  # How long one try may take.
TRIES = 8
MEMBER = types_pb2.ACCOUNT_KIND_MEMBER

# The answer is not known, or there was none: the same request may be sent again.
ASK_AGAIN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,  # Our own time for a call was up.
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def fresh_id() -> str:
    """A new request id: a UUID of version 7, which begins with the time. One for each thing to do."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 7 << 76  # The version.
    number = number & ~(0x3 << 62) | 2 << 62  # The variant.
    return str(uuid.UUID(int=number))


class NotDone(Exception):
    """Why a call was not done; the text is for people."""

    def __init__(self, error: grpc.RpcError):
        super().__init__(error.details())
        self.code = error.code()
        self.reason = ""  # The stable word of a refusal; empty for what is none.
        self.figures = {}  # What the refusal says in numbers: available_seconds, requested_seconds …
        self.fields = {}  # Fields that cannot be meant, and what each must be.
        self.retry_seconds = None  # When to ask again, if the server says so.
        status = rpc_status.from_call(error)  # None if the connection broke: then nobody answered.
        for detail in status.details if status else []:
            self._read(detail)

    def _read(self, detail):
        info = error_details_pb2.ErrorInfo()
        bad = error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info) and info.domain == "hourbook":
            self.reason = info.reason
            self.figures = {name: _number(figure) for name, figure in info.metadata.items()}
        elif detail.Unpack(bad):
            self.fields = {field.field: field.description for field in bad.field_violations}
        elif detail.Unpack(retry):
            self.retry_seconds = retry.retry_delay.ToTimedelta().total_seconds()


def _number(figure: str):
    digits = figure.removeprefix("-")
    return int(figure) if digits.isascii() and digits.isdigit() else figure


class Desk:
    """Calls of one server. Safe to use from several threads."""

    def __init__(self, address: str, ca: bytes | None = None, key: str | None = None):
        """With TLS where the certificate of an authority is given, as PEM; without only on the server's machine.

        A key is shown with every call, and over TLS alone.
        """
        options = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 5_000)]
        if ca is None:
            self._channel = grpc.insecure_channel(address, options=options)
        else:
            credentials = grpc.ssl_channel_credentials(ca)
            if key is not None:
                shown = grpc.access_token_call_credentials(key)  # "authorization: Bearer …"
                credentials = grpc.composite_channel_credentials(credentials, shown)
            self._channel = grpc.secure_channel(address, credentials, options=options)
        self.access = access_pb2_grpc.AccessServiceStub(self._channel)
        self.ledger = ledger_pb2_grpc.LedgerServiceStub(self._channel)

    def close(self):
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, method, request):
        """Asks, and asks again as long as there is no answer. Safe for writes: the request keeps its id."""
        for tries_left in reversed(range(TRIES)):
            try:
                return method(request, timeout=CALL_SECONDS, wait_for_ready=True)
            except grpc.RpcError as error:
                not_done = NotDone(error)
                # A refusal, or a position not reached, has a reason: asking again is for whoever knows why.
                if not tries_left or not_done.reason or not_done.code not in ASK_AGAIN:
                    raise not_done from error
                time.sleep(not_done.retry_seconds or 0)

    # Opening.

    def register_owners(self, count: int) -> list[int]:
        """Numbers for people, groups, cafés and banks, each with a key that its names are sealed under."""
        request = ledger_pb2.RegisterOwnersRequest(request_id=fresh_id(), count=count)
        entry = self.ask(self.ledger.RegisterOwners, request).receipt.entry
        first = entry.owners_registered.first_owner_number
        return list(range(first, first + count))

    def open_bank(self, owner: int, name: str, time_zone: str, most_made: int = 0) -> int:
        """Opens a time bank that may make `most_made` seconds; returns its number."""
        request = ledger_pb2.OpenBankRequest(
            request_id=fresh_id(),
            owner_number=owner,
            name=name,
            time_zone=time_zone,
            issuance_limits=types_pb2.Limits(floor_seconds=-most_made),
        )
        return self.ask(self.ledger.OpenBank, request).receipt.entry.bank_opened.bank_number

    def open_account(self, bank: int, owner: int, label: str, floor: int = 0, kind=MEMBER) -> int:
        """Opens an account that may go down to `floor` seconds; returns its number."""
        account = ledger_pb2.NewAccount(
            bank_number=bank,
            kind=kind,
            owner_number=owner,
            label=label,
            limits=types_pb2.Limits(floor_seconds=floor),
        )
        request = ledger_pb2.OpenAccountRequest(request_id=fresh_id(), account=account)
        return self.ask(self.ledger.OpenAccount, request).receipt.entry.accounts_opened.account_numbers[0]

    def make_key(self, bank: int, name: str) -> str:
        """A key of an integration that writes in one bank. It is told once: keep it where nobody else reads."""
        request = access_pb2.CreateKeyRequest(
            request_id=fresh_id(),
            role=access_pb2.ROLE_INTEGRATION,
            reach=access_pb2.Reach(bank_numbers=[bank]),
            name=name,
        )
        return self.ask(self.access.CreateKey, request).key

    # Writing down. Each takes a request id, so that the caller can keep it and ask again.

    def help_given(self, giver: int, receiver: int, seconds: int, memo: str = "", request_id: str = ""):
        """Writes down that somebody helped somebody; returns the receipt."""
        request = ledger_pb2.PostEntryRequest(
            request_id=request_id or fresh_id(),
            kind=types_pb2.KIND_EXCHANGE,
            # The debit account received help, the credit account gave it.
            transfers=[
                Transfer(debit_account_number=receiver, credit_account_number=giver, amount_seconds=seconds)
            ],
            details=EntryDetails(memo=memo),
        )
        return self.ask(self.ledger.PostEntry, request).receipt

    def set_aside(self, payer: int, cafe: int, seconds: int, until: datetime.datetime, request_id: str = ""):
        """Sets hours aside for a café. Returns the number to take them by, or let them go."""
        deadline = Timestamp()
        deadline.FromDatetime(until)
        request = ledger_pb2.PlaceHoldRequest(
            request_id=request_id or fresh_id(),
            kind=types_pb2.KIND_REDEMPTION,
            transfers=[
                Transfer(debit_account_number=payer, credit_account_number=cafe, amount_seconds=seconds)
            ],
            deadline=deadline,
            at_deadline=AT_DEADLINE_RELEASE,
        )
        return self.ask(self.ledger.PlaceHold, request).receipt.entry.sequence

    def take(self, hold: int, seconds: int, release_rest: bool = False, request_id: str = ""):
        """Takes a part of what was set aside; the rest stays, or is let go."""
        request = ledger_pb2.CaptureHoldRequest(
            request_id=request_id or fresh_id(),
            hold_sequence=hold,
            amount_seconds=seconds,
            release_rest=release_rest,
        )
        return self.ask(self.ledger.CaptureHold, request).receipt

    def put_right(self, sequence: int, why: str, parts: dict[int, int] | None = None, request_id: str = ""):
        """Takes an entry back, whole or in parts: seconds by the place of the transfer in it, from 0."""
        request = ledger_pb2.ReverseEntryRequest(
            request_id=request_id or fresh_id(),
            original_sequence=sequence,
            parts=[ReversedPart(transfer_index=at, amount_seconds=of) for at, of in (parts or {}).items()],
            details=EntryDetails(reason=why),
        )
        return self.ask(self.ledger.ReverseEntry, request).receipt

    # Reading.

    def balance(self, account: int, min_sequence: int = 0) -> account_pb2.Balance:
        """What an account has. With `min_sequence`, your own write is certainly in it."""
        request = ledger_pb2.GetBalanceRequest(account_number=account, min_sequence=min_sequence)
        return self.ask(self.ledger.GetBalance, request).balance

    def statement(self, account: int, page_size: int = 50):
        """The lines of an account, newest first, page after page; what arrives meanwhile is not in them."""
        request = ledger_pb2.ListStatementRequest(account_number=account, page_size=page_size)
        while True:
            page = self.ask(self.ledger.ListStatement, request)
            yield list(page.lines)
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def watch(self, after: int, **filters):
        """Every entry after `after` as it is written down, for ever. Goes on by itself after a cut.

        Yields pairs: the position to go on from, should this program end, and the entry.
        """
        while True:
            request = ledger_pb2.WatchEntriesRequest(after_sequence=after, **filters)
            stream = self.ledger.WatchEntries(request, wait_for_ready=True)
            try:
                for message in stream:
                    after = message.position
                    if message.HasField("entry"):
                        yield after, message.entry
            except grpc.RpcError as error:
                not_done = NotDone(error)
                if not_done.reason or not_done.code not in ASK_AGAIN:
                    raise not_done from error
                time.sleep(not_done.retry_seconds or 0)
            finally:
                stream.cancel()  # Whoever stops listening says so.


def hours(seconds: int) -> str:
    """Hours and minutes, as people read them; the books know nothing finer than a second."""
    whole, minutes = divmod(abs(seconds) // MINUTE, 60)
    return f"{'−' if seconds < 0 else ''}{whole}:{minutes:02}"


def shown(arguments: list[str]) -> tuple[str, bytes | None, str | None]:
    """The address, and what the files named after it hold: an authority's certificate, a key."""
    address, *files = arguments
    ca = pathlib.Path(files[0]).read_bytes() if files else None
    key = pathlib.Path(files[1]).read_text().strip() if len(files) > 1 else None
    return address, ca, key


def main():
    """Prints every bank and its accounts."""
    with Desk(*shown(sys.argv[1:])) as desk:
        for bank in desk.ask(desk.ledger.ListBanks, ledger_pb2.ListBanksRequest(page_size=1_000)).banks:
            print(f"{bank.bank_number:>6}  {bank.name}")
            accounts = ledger_pb2.ListAccountsRequest(bank_number=bank.bank_number, page_size=1_000)
            for account in desk.ask(desk.ledger.ListAccounts, accounts).accounts:
                name = account.label or types_pb2.AccountKind.Name(account.kind)
                print(f"{account.account_number:>10}  {hours(account.balance.posted_seconds):>12}  {name}")


if __name__ == "__main__":
    try:
        main()
    except NotDone as not_done:
        sys.exit(str(not_done))
