"""What a desk does in a day, with the wire cut now and then, against a server with empty books.

Goal: a client made from proto/ alone posts, sets aside, takes in parts, puts right, pages, watches, asks
again, and understands refusals. Method: desk.py through a proxy that cuts and loses; every step is compared
with what must come of it. Run by tests/it/clients.rs; takes the server's address, and the file of an authority
where TLS is spoken, and the file of an admin's key.
"""

import datetime
import faulthandler
import functools
import itertools
import queue
import sys
import threading

import grpc

from desk import HOUR, MINUTE, Desk, NotDone, fresh_id, shown
from hourbook.v1 import ledger_pb2, types_pb2
from hourbook.v1.entry_pb2 import Transfer
from proxy import Proxy


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r} is not {expected!r}")


def refused(do) -> NotDone:
    try:
        done = do()
    except NotDone as not_done:
        return not_done
    raise AssertionError(f"not refused: {done!r}")


class Day:
    """Two members and a café of a bank."""

    def __init__(self, desk: Desk, number: int, others):
        """`others` makes a desk like this one at another address."""
        self.desk, self.others = desk, others
        people = desk.register_owners(3)
        self.ann = desk.open_account(number, people[0], "Ann")
        self.dev = desk.open_account(number, people[1], "Dev", floor=-50 * HOUR)
        kind = types_pb2.ACCOUNT_KIND_PARTNER
        self.cafe = desk.open_account(number, people[2], "Saucer & Spoon", kind=kind)

    def posts(self):
        receipt = self.desk.help_given(self.ann, self.dev, 2 * HOUR, memo="hedge")
        equal(receipt.repeated, False, "the first answer")
        equal(receipt.entry.details.memo, "hedge", "the memo comes back")
        equal([(line.account_number, line.posted_seconds) for line in receipt.entry.lines],
              [(self.dev, -2 * HOUR), (self.ann, 2 * HOUR)], "both lines")
        balance = self.desk.balance(self.ann, min_sequence=receipt.entry.sequence)
        equal(balance.posted_seconds, 2 * HOUR, "Ann's balance")
        equal(balance.HasField("held_seconds"), True, "nothing held is not the same as not known")
        return receipt.entry.sequence

    def takes_in_two_parts(self):
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        hold = self.desk.set_aside(self.ann, self.cafe, 2 * HOUR, until)
        equal(self.desk.balance(self.ann).held_seconds, 2 * HOUR, "set aside")
        self.desk.take(hold, 30 * MINUTE)
        equal(self.desk.balance(self.ann).held_seconds, 90 * MINUTE, "the rest stays set aside")
        too_much = refused(lambda: self.desk.take(hold, 2 * HOUR))
        equal(too_much.reason, "CAPTURE_EXCEEDS_HOLD", "more than is left")
        equal(too_much.figures, {"left_seconds": 90 * MINUTE, "requested_seconds": 2 * HOUR}, "figures")
        last = self.desk.take(hold, HOUR, release_rest=True)
        equal([move.amount_seconds for move in last.entry.moves], [HOUR], "what the last part moved")
        balance = self.desk.balance(self.ann, min_sequence=last.entry.sequence)
        equal((balance.posted_seconds, balance.held_seconds), (30 * MINUTE, 0), "Ann afterwards")
        equal(refused(lambda: self.desk.take(hold, 1)).reason, "HOLD_RESOLVED", "it has ended")

    def puts_right(self, sequence):
        self.desk.put_right(sequence, "the slip said 1.5", parts={0: 30 * MINUTE})
        left = refused(lambda: self.desk.put_right(sequence, "again", parts={0: 2 * HOUR}))
        equal(left.reason, "REVERSAL_EXCEEDS", "more than is left")
        equal(left.figures["left_seconds"], 90 * MINUTE, "what is left of it")
        equal(self.desk.balance(self.ann).posted_seconds, 0, "Ann gave it back")

    def pages_while_entries_arrive(self):
        for minutes in range(1, 8):
            self.desk.help_given(self.cafe, self.dev, minutes * MINUTE)
        before = [line.sequence for page in self.desk.statement(self.cafe) for line in page]
        pages, seen = self.desk.statement(self.cafe, page_size=3), []
        for page in pages:
            seen += [line.sequence for line in page]
            self.desk.help_given(self.cafe, self.dev, HOUR)  # Arrives between two pages.
        equal(seen, before, "pages are what they were")
        newest = next(self.desk.statement(self.cafe, page_size=1))[0]
        equal((newest.change_seconds, newest.sequence > before[0]), (HOUR, True), "the next reader sees it")

    def watches_through_cuts(self, proxy: Proxy):
        account = self.dev
        start = self.desk.help_given(self.ann, account, 1).entry.sequence
        posted, seen = [], []
        with self.others(proxy.address) as far:
            watched = far.watch(start, account_number=account, heartbeat_seconds=1)
            for cut in range(3):
                posted += [self.desk.help_given(self.ann, account, 1).entry.sequence for _ in range(20)]
                while len(seen) < len(posted) - 10:  # In the middle of them …
                    seen.append(next(watched)[1].sequence)
                equal(proxy.connections, cut + 1, "connections so far")
                proxy.cut()  # … the wire breaks, and more is written down meanwhile.
                posted += [self.desk.help_given(self.ann, account, 1).entry.sequence for _ in range(5)]
                while len(seen) < len(posted):
                    position, entry = next(watched)
                    equal(position, entry.sequence, "the position of an entry")
                    seen.append(entry.sequence)
                equal(seen, posted, "no gap, no double")
            watched.close()

    def asks_again(self, proxy: Proxy):
        request_id, before = fresh_id(), self.desk.balance(self.dev).posted_seconds
        first = self.desk.help_given(self.ann, self.dev, MINUTE, request_id=request_id)
        again = self.desk.help_given(self.ann, self.dev, MINUTE, request_id=request_id)
        equal((first.repeated, again.repeated), (False, True), "which of them is the first")
        equal(again.entry, first.entry, "the first answer again")
        other = refused(lambda: self.desk.help_given(self.ann, self.dev, HOUR, request_id=request_id))
        equal((other.code, other.reason), (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED"), "another")
        equal(other.figures, {"fields": "transfers"}, "what differs")

        # The answer is lost after the entry was written down: the client asks again by itself.
        lost_id, answers = fresh_id(), queue.Queue()
        with self.others(proxy.address) as far:
            equal(far.balance(self.dev).posted_seconds, before - MINUTE, "the wire is there")
            proxy.lose_answers()
            post = lambda: answers.put(far.help_given(self.ann, self.dev, MINUTE, request_id=lost_id))
            asking = threading.Thread(target=post)
            asking.start()
            watched = self.desk.watch(first.entry.sequence)
            next(entry for _, entry in watched if entry.request_id == lost_id)
            watched.close()
            proxy.cut()
            asking.join()
        equal(answers.get_nowait().repeated, True, "the second answer of a lost first")
        equal(self.desk.balance(self.dev).posted_seconds, before - 2 * MINUTE, "moved once each")

    def understands_refusals(self):
        poor = refused(lambda: self.desk.help_given(self.dev, self.ann, 90 * HOUR))
        has = self.desk.balance(self.ann).posted_seconds
        equal((poor.code, poor.reason), (grpc.StatusCode.FAILED_PRECONDITION, "BELOW_FLOOR"), "too little")
        equal(poor.figures, {"accounts_count": 1, "account_number": self.ann, "posted_seconds": has, "held_seconds": 0,
                             "floor_seconds": 0, "available_seconds": has, "requested_seconds": 90 * HOUR},
              "figures")
        equal("Ann" in str(poor) and "90 hours were asked" in str(poor), True, str(poor))
        nobody = refused(lambda: self.desk.put_right(10**9, "no such entry"))
        equal((nobody.code, nobody.reason, nobody.figures),
              (grpc.StatusCode.NOT_FOUND, "ENTRY_NOT_FOUND", {"sequence": 10**9}), "no such entry")
        bad = refused(lambda: self.desk.help_given(self.ann, self.dev, 0))
        equal((bad.code, bad.reason, list(bad.fields)),
              (grpc.StatusCode.INVALID_ARGUMENT, "", ["transfers[0].amount_seconds"]), "a bad field")
        far = ledger_pb2.GetBalanceRequest(account_number=self.ann, at_sequence=10**9)
        far = refused(lambda: self.desk.ask(self.desk.ledger.GetBalance, far))
        equal((far.code, far.reason, far.figures["asked_sequence"]),
              (grpc.StatusCode.UNAVAILABLE, "SEQUENCE_NOT_REACHED", 10**9), "the future")

    def hears_when_to_ask_again(self):
        """As many streams of batches as there may be, and one more."""
        transfer = Transfer(debit_account_number=self.dev, credit_account_number=self.ann, amount_seconds=1)
        post = ledger_pb2.BatchPost(kind=types_pb2.KIND_EXCHANGE, transfers=[transfer])
        streams = []
        for number in itertools.count(1):
            batches = queue.Queue()
            entry = ledger_pb2.BatchEntry(request_id=as_bytes(fresh_id()), post=post)
            batches.put(ledger_pb2.PostBatchesRequest(entries=[entry]))
            stream = self.desk.ledger.PostBatches(iter(batches.get, None))
            try:
                equal(next(stream).results[0].sequence > 0, True, "an entry of a batch")
            except grpc.RpcError as error:
                busy = NotDone(error)
                break
            streams.append((batches, stream))
        equal((busy.code, number), (grpc.StatusCode.RESOURCE_EXHAUSTED, 17), "one more stream")
        equal((busy.reason, busy.retry_seconds), ("", 0.1), "when to ask again")
        for batches, stream in streams:
            batches.put(None)  # The client says no more, and the stream ends in order.
            equal(list(stream), [], "the end of a stream")


def as_bytes(request_id: str) -> bytes:
    return bytes.fromhex(request_id.replace("-", ""))


def main():
    # A net for what never comes: after two minutes every thread says where it stands, and all ends.
    faulthandler.dump_traceback_later(120, exit=True)
    proxy = Proxy(sys.argv[1])
    address, ca, key = shown(sys.argv[1:])
    with Desk(address, ca, key) as office:
        [bank] = office.register_owners(1)
        number = office.open_bank(bank, "Ashenford", "Europe/London", most_made=100 * HOUR)
        if key is not None:  # The office opens banks, and posts nothing.
            key = office.make_key(number, "the desk")
            equal(refused(lambda: office.help_given(0, 0, HOUR)).reason, "BEYOND_REACH", "an admin's post")
    others = functools.partial(Desk, ca=ca, key=key)
    with others(address) as desk:
        day = Day(desk, number, others)
        posted = day.posts()
        day.takes_in_two_parts()
        day.puts_right(posted)
        day.pages_while_entries_arrive()
        day.watches_through_cuts(proxy)
        day.asks_again(proxy)
        day.understands_refusals()
        day.hears_when_to_ask_again()
    print("a day at the desk: as it must be")


if __name__ == "__main__":
    main()
