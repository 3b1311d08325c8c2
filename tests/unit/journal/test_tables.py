"""Each table keeps the rule its writer depends on."""

import time

import pytest

from zklink.journal.blocks import BlockRow, Blocks
from zklink.journal.errors import JournalConflict
from zklink.journal.progress import Progress, ProgressRow
from zklink.journal.proofs import ProofRow, Proofs
from zklink.journal.requests import Cursor, FactRow, RequestRow, Requests
from zklink.journal.store import Journal
from zklink.journal.submissions import Submission, Submissions
from zklink.journal.transactions import TransactionRow, Transactions


def key(n: int) -> bytes:
    return n.to_bytes(32, "big")


def request(chain: int, n: int) -> RequestRow:
    return RequestRow(chain, n, key(chain * 1000 + n), "{}", 99)


def submission(through: int = 1, **changes: object) -> Submission:
    return Submission(1, "commit", through, through, "0xaa", "0xbb", b"\x01", 100, **changes)


def seal_block(journal: Journal, number: int) -> None:
    with journal.write() as db:
        Blocks(journal).insert(db, BlockRow(number, 1, 1, bytes(32), "{}"))


def transaction(n: int, seq: int | None = None) -> TransactionRow:
    return TransactionRow(key(n), "a", 2, 0, 5, seq=n if seq is None else seq)


def accept(journal: Journal, *rows: TransactionRow) -> None:
    with journal.write() as db:
        for row in rows:
            Transactions(journal).accept(db, row)


def test_a_hash_is_accepted_once(journal: Journal) -> None:
    accept(journal, transaction(1))
    with pytest.raises(JournalConflict):
        accept(journal, transaction(2), transaction(1, seq=3))
    assert Transactions(journal).get(key(2)) is None


def test_sealing_marks_once(journal: Journal) -> None:
    table = Transactions(journal)
    accept(journal, transaction(1))
    with journal.write() as db:
        table.seal(db, [(key(1), 0)], 4)
    assert table.get(key(1)).block == 4 and table.open() == []
    with pytest.raises(JournalConflict), journal.write() as db:
        table.seal(db, [(key(1), 0)], 5)
    with pytest.raises(JournalConflict):
        accept(journal, transaction(1, seq=9))
    assert [t.hash for t in table.of_block(4)] == [key(1)]


def test_failed_keeps_its_reason_and_may_come_again(journal: Journal) -> None:
    table = Transactions(journal)
    accept(journal, transaction(1))
    table.fail(key(1), "balance: too low")
    assert (table.get(key(1)).state, table.get(key(1)).fail_reason) == ("failed", "balance: too low")
    with pytest.raises(JournalConflict), journal.write() as db:
        table.seal(db, [(key(1), 0)], 5)
    accept(journal, transaction(1, seq=7))
    assert [(t.seq, t.fail_reason) for t in table.open()] == [(7, None)]


def test_requests_and_transactions_share_one_order(journal: Journal) -> None:
    requests = Requests(journal)
    requests.record(Cursor(1, 10, "0xa"), [request(1, 0), request(1, 1)])
    assert requests.last_seq() == 0
    accept(journal, transaction(1))
    with journal.write() as db:
        requests.take(db, 1, 0, 2)
    assert requests.last_seq() == 2
    with pytest.raises(JournalConflict, match="taken already"), journal.write() as db:
        requests.take(db, 1, 0, 3)


def test_facts_are_kept_with_the_cursor(journal: Journal) -> None:
    requests = Requests(journal)
    fact = FactRow(1, 2**167, 3, 2**250, 2**249)
    requests.record(Cursor(1, 10, "0xa"), [], [fact, fact])
    assert requests.facts() == [fact]
    with pytest.raises(JournalConflict):
        requests.record(Cursor(1, 9, "0xa"), [], [FactRow(1, 5, 0, 1, 1)])
    assert requests.facts() == [fact]


def test_requests_and_cursor_move_together_without_gaps(journal: Journal) -> None:
    table = Requests(journal)
    table.record(Cursor(1, 10, "0xa"), [request(1, 0), request(1, 1)])
    with pytest.raises(JournalConflict, match="expected 2"):
        table.record(Cursor(1, 20, "0xb"), [request(1, 3)])
    with pytest.raises(JournalConflict, match="step back"):
        table.record(Cursor(1, 9, "0xb"), [])
    with pytest.raises(JournalConflict, match="chain 2"):
        table.record(Cursor(1, 20, "0xb"), [request(2, 2)])
    assert table.cursor(1) == Cursor(1, 10, "0xa")
    assert table.cursor(2) is None


def test_requests_are_sealed_in_queue_order(journal: Journal) -> None:
    table = Requests(journal)
    table.record(Cursor(1, 10, "0xa"), [request(1, 0), request(1, 1)])
    with pytest.raises(JournalConflict), journal.write() as db:
        table.seal(db, [(1, 1, 0)], 1)
    with journal.write() as db:
        table.seal(db, [(1, 0, 0), (1, 1, 1)], 1)
    assert table.open() == []
    assert [r.request_id for r in table.of_block(1)] == [0, 1]


def test_a_lease_is_exclusive_until_it_expires(journal: Journal) -> None:
    seal_block(journal, 1)
    proofs = Proofs(journal)
    assert proofs.lease("a", 0.2) == 1
    assert proofs.lease("b", 10) is None
    time.sleep(0.25)
    assert proofs.lease("b", 10) == 1
    assert not proofs.extend(1, "a", 10)
    assert proofs.extend(1, "b", 10)
    assert proofs.attempts(1) == 2


def test_a_failed_block_waits_before_it_is_free_again(journal: Journal) -> None:
    seal_block(journal, 1)
    proofs = Proofs(journal)
    proofs.lease("a", 10)
    proofs.record_failure(1, "a", "boom", 0.2)
    assert proofs.lease("a", 10) is None
    time.sleep(0.25)
    assert proofs.lease("a", 10) == 1


def test_the_first_proof_stays(journal: Journal) -> None:
    seal_block(journal, 1)
    proofs = Proofs(journal)
    assert proofs.store(ProofRow(1, 1, "k", "first", 1.0))
    assert not proofs.store(ProofRow(1, 1, "k", "second", 1.0))
    assert proofs.get(1).body == "first"
    assert proofs.lease("a", 1) is None


def test_one_open_submission_for_each_job(journal: Journal) -> None:
    table = Submissions(journal)
    first = submission()
    table.save(first)
    with pytest.raises(JournalConflict):
        table.save(submission())
    first.state = "SUPERSEDED"
    table.save(first)
    table.save(submission())
    assert len(table.find(1, "commit", 1)) == 2


def test_a_signed_row_needs_its_bytes_and_its_nonce_alone(journal: Journal) -> None:
    table = Submissions(journal)
    with pytest.raises(JournalConflict):
        table.save(submission(state="SIGNED"))
    table.save(submission(1, state="SIGNED", nonce=7, raw=b"r"))
    with pytest.raises(JournalConflict):
        table.save(submission(2, state="SIGNED", nonce=7, raw=b"r"))
    assert table.highest_nonce(1, "0xaa") == 7
    assert table.highest_nonce(2, "0xaa") is None


def test_a_submission_survives_the_round_trip(journal: Journal) -> None:
    table = Submissions(journal)
    row = submission(3, state="SENT", nonce=1, raw=b"raw", hashes=["0x1"], max_fee=2**70, tip=2**65, reason="why")
    table.save(row)
    assert table.open(1) == [row]
    assert table.open(2) == []


def test_progress_and_stages(journal: Journal) -> None:
    table = Progress(journal)
    table.record(ProgressRow(1, 4, 3, 2, 1, 100))
    table.record(ProgressRow(1, 5, 3, 2, 1, 101))
    table.record_stage(1, "prove", 2, 3, "0xt")
    assert table.all() == {1: ProgressRow(1, 5, 3, 2, 1, 101)}
    assert table.stages(2) == [("prove", 1, "0xt")]
    assert table.stages(4) == []
