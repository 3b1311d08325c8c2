"""The file itself: durability, full disk, read-only, damage, the wrong deployment."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from zklink.journal.blocks import BlockRow, Blocks
from zklink.journal.errors import (
    JournalBusy,
    JournalConflict,
    JournalCorrupt,
    JournalError,
    JournalFull,
    JournalReadOnly,
    JournalUnavailable,
    WrongJournal,
)
from zklink.journal.store import Journal
from zklink.journal.transactions import TransactionRow, Transactions

DEPLOYMENT = "0x" + "00" + "11" * 31


def tx(n: int, size: int = 10) -> TransactionRow:
    return TransactionRow(n.to_bytes(32, "big"), "x" * size, 2, n, 1000, seq=n + 1)


def accept(journal: Journal, *rows: TransactionRow) -> None:
    with journal.write() as db:
        for row in rows:
            Transactions(journal).accept(db, row)


def block(n: int, body: str = "{}") -> BlockRow:
    return BlockRow(n, 1000 + n, 1, bytes([n % 256]) * 32, body)


def insert(journal: Journal, row: BlockRow) -> None:
    with journal.write() as db:
        Blocks(journal).insert(db, row)


def test_settings_make_a_commit_durable(journal: Journal) -> None:
    assert journal.one("PRAGMA journal_mode")[0] == "wal"
    assert journal.one("PRAGMA synchronous")[0] == 2  # FULL


def test_reopened_file_holds_what_was_written(path: Path) -> None:
    first = Journal(path, DEPLOYMENT)
    accept(first, tx(1), tx(2))
    first.close()
    assert [t.nonce for t in Transactions(Journal(path, DEPLOYMENT)).open()] == [1, 2]


def test_another_deployment_is_refused(path: Path) -> None:
    Journal(path, DEPLOYMENT).close()
    with pytest.raises(WrongJournal, match="deployment_id"):
        Journal(path, "0x22")


def test_another_schema_version_is_refused(path: Path) -> None:
    Journal(path, DEPLOYMENT).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(WrongJournal, match="schema version is 99"):
        Journal(path, DEPLOYMENT)


def test_a_file_that_is_no_journal_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(JournalCorrupt):
        Journal(path, DEPLOYMENT)
    assert path.read_bytes() == b"not a database" * 100


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="nowhere"):
        Journal(tmp_path / "nowhere" / "x.sqlite", DEPLOYMENT)


def test_full_disk_leaves_no_partial_batch_and_heals(journal: Journal) -> None:
    table = Transactions(journal)
    accept(journal, tx(1))
    pages = journal.one("PRAGMA page_count")[0]
    journal.one(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(JournalFull):
        accept(journal, tx(2), tx(3, 100_000))
    assert [t.nonce for t in table.open()] == [1]
    assert journal.one("PRAGMA integrity_check")[0] == "ok"
    journal.one(f"PRAGMA max_page_count = {pages + 1000}")
    accept(journal, tx(2), tx(3, 100_000))
    assert [t.nonce for t in table.open()] == [1, 2, 3]


def test_read_only_is_a_clear_error(journal: Journal) -> None:
    journal.one("PRAGMA query_only = ON")
    with pytest.raises(JournalReadOnly):
        accept(journal, tx(1))
    assert not journal.is_writable()
    journal.one("PRAGMA query_only = OFF")
    assert journal.is_writable()


def test_write_lock_held_elsewhere_is_busy_not_lost(path: Path) -> None:
    one, two = Journal(path, DEPLOYMENT), Journal(path, DEPLOYMENT, busy_seconds=0.1)
    with one.write(), pytest.raises(JournalBusy):
        accept(two, tx(1))
    accept(two, tx(1))


def test_an_exception_inside_a_transaction_rolls_everything_back(journal: Journal) -> None:
    with pytest.raises(RuntimeError), journal.write() as db:
        Blocks(journal).insert(db, block(1))
        raise RuntimeError
    assert Blocks(journal).last_number() == 0


def test_blocks_are_contiguous(journal: Journal) -> None:
    insert(journal, block(1))
    for number in (1, 3):
        with pytest.raises(JournalConflict, match="expected 2"):
            insert(journal, block(number))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE blocks SET body = '{\"a\":1}' WHERE number = 2",
        "UPDATE blocks SET timestamp = 1 WHERE number = 2",
        "UPDATE blocks SET shape = 2 WHERE number = 2",
        "UPDATE blocks SET new_root = zeroblob(32) WHERE number = 2",
        "UPDATE blocks SET checksum = zeroblob(32) WHERE number = 3",
        "DELETE FROM blocks WHERE number = 2",
    ],
)
def test_a_changed_block_is_found(journal: Journal, change: str) -> None:
    for n in (1, 2, 3):
        insert(journal, block(n))
    assert [b.number for b in Blocks(journal).verified()] == [1, 2, 3]
    with journal.write() as db:
        db.execute(change)
    with pytest.raises(JournalCorrupt):
        list(Blocks(journal).verified())


def test_a_missing_table_is_reported_as_damage(path: Path) -> None:
    journal = Journal(path, DEPLOYMENT)
    with journal.write() as db:
        db.execute("DROP TABLE proofs")
    with pytest.raises(JournalCorrupt):
        journal.one("SELECT * FROM proofs")


def test_flipped_bytes_are_detected_or_harmless(path: Path, tmp_path: Path) -> None:
    journal = Journal(path, DEPLOYMENT)
    for n in range(1, 20):
        insert(journal, block(n, "b" * 700))
    journal.one("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.close()
    good = path.read_bytes()
    expected = [block(n, "b" * 700) for n in range(1, 20)]
    rng = random.Random(7)
    for case in range(120):
        damaged = bytearray(good)
        damaged[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
        copy = tmp_path / f"copy{case}.sqlite"
        copy.write_bytes(damaged)
        try:
            opened = Journal(copy, DEPLOYMENT)
        except JournalError:
            continue
        try:
            assert list(Blocks(opened).verified()) == expected
        except JournalError:
            pass
        finally:
            opened.close()


WRITER = """
import sys
from zklink.journal.store import Journal
from zklink.journal.transactions import TransactionRow, Transactions
journal = Journal(sys.argv[1], sys.argv[2])
n = len(Transactions(journal).open())
while True:
    with journal.write() as db:
        for i in (n, n + 1):
            Transactions(journal).accept(db, TransactionRow(i.to_bytes(32, "big"), "x" * 500, 2, i, 0, seq=i + 1))
    n += 2
    print(n, flush=True)
"""


def test_sigkill_loses_nothing_acknowledged_and_nothing_half(path: Path) -> None:
    acknowledged = 0
    for round_ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), DEPLOYMENT], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3 + 7 * round_):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait()
        acknowledged = int(rest[-1]) if rest else acknowledged
        journal = Journal(path, DEPLOYMENT)
        found = len(Transactions(journal).open())
        journal.close()
        assert found >= acknowledged
        assert found % 2 == 0


def test_truncated_log_keeps_whole_transactions_only(path: Path, tmp_path: Path) -> None:
    journal = Journal(path, DEPLOYMENT)
    journal.one("PRAGMA wal_autocheckpoint = 0")
    journal.one("PRAGMA wal_checkpoint(TRUNCATE)")
    for n in range(0, 10, 2):
        accept(journal, tx(n, 3000), tx(n + 1, 3000))
    main, wal = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    journal.close()
    counts = []
    frame = 4096 + 24
    for cut in sorted({c + d for c in range(32, len(wal) + 1, frame) for d in (-1, 0, 1) if 0 <= c + d <= len(wal)}):
        copy = tmp_path / f"cut{cut}.sqlite"
        copy.write_bytes(main)
        Path(f"{copy}-wal").write_bytes(wal[:cut])
        opened = Journal(copy, DEPLOYMENT)
        counts.append(len(Transactions(opened).open()))
        opened.close()
    assert counts == sorted(counts)
    assert set(counts) == {0, 2, 4, 6, 8, 10}
