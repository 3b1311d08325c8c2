"""Laws of the protection database (rules S1..S6)."""

import sqlite3
from pathlib import Path

import pytest
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from zklink.oracle.errors import DatabaseLocked, ProtectionDatabaseError, SigningRefused
from zklink.oracle.protection import Claim, Kind, ProtectionDatabase

KEY, NETWORK = b"\x11" * 20, b"\x22" * 32


def claim(kind: Kind, generation: int, block: int, content: int, epoch: int = 1) -> Claim:
    body = content.to_bytes(32, "big")
    parts = b"".join(x.to_bytes(8, "big") for x in (generation, block, epoch))
    return Claim(kind, generation, block, epoch, body, keccak(kind.value.encode() + parts + body))


def attest(block: int, content: int = 1, epoch: int = 1, generation: int = 0) -> Claim:
    return claim(Kind.ATTEST, generation, block, content, epoch)


def abort(keep: int, generation: int = 0) -> Claim:
    return claim(Kind.ABORT, generation, keep, 7)


def sign_digest(digest: bytes) -> bytes:
    return digest + digest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "key.db"
    ProtectionDatabase.create(path, KEY)
    return path


@pytest.fixture
def database(path: Path):
    opened = ProtectionDatabase.open(path, KEY, NETWORK)
    yield opened
    opened.close()


def refused(database: ProtectionDatabase, c: Claim) -> str:
    def forbidden(_: bytes) -> bytes:
        raise AssertionError("signed although refused")

    with pytest.raises(SigningRefused) as error:
        database.sign(c, forbidden)
    return error.value.rule


def test_same_digest_returns_the_stored_signature(database: ProtectionDatabase) -> None:
    first = database.sign(attest(3), sign_digest)
    assert database.sign(attest(3), lambda _: b"\0" * 64) == first


def test_s1_other_content_is_refused_in_any_epoch(database: ProtectionDatabase) -> None:
    database.sign(attest(3), sign_digest)
    assert refused(database, attest(3, content=2)) == "S1"
    assert refused(database, attest(3, content=2, epoch=2)) == "S1"


def test_s1_other_digest_of_the_same_epoch_is_refused(database: ProtectionDatabase) -> None:
    database.sign(attest(3), sign_digest)
    twin = Claim(Kind.ATTEST, 0, 3, 1, attest(3).content, b"\x05" * 32)
    assert refused(database, twin) == "S1"


def test_same_content_under_a_newer_epoch_adds_a_row(database: ProtectionDatabase) -> None:
    database.sign(attest(3), sign_digest)
    database.sign(attest(5), sign_digest)
    database.sign(attest(3, epoch=2), sign_digest)
    assert [r.claim.epoch for r in database.find(Kind.ATTEST, 0, 3)] == [1, 2]
    assert database.watermark(0) == 5


def test_s2_at_or_below_the_watermark_is_refused(database: ProtectionDatabase) -> None:
    database.sign(attest(5), sign_digest)
    assert refused(database, attest(4)) == "S2"
    database.sign(attest(6), sign_digest)


def test_s2_older_generation_is_refused(database: ProtectionDatabase) -> None:
    database.sign(attest(5, generation=1), sign_digest)
    assert refused(database, attest(9, generation=0)) == "S2"


def test_s3_abort_closes_the_blocks_above(database: ProtectionDatabase) -> None:
    database.sign(abort(4), sign_digest)
    assert refused(database, attest(5)) == "S3"
    database.sign(attest(4), sign_digest)
    database.sign(attest(5, generation=1), sign_digest)


def test_s3_abort_below_an_attested_block_is_refused(database: ProtectionDatabase) -> None:
    database.sign(attest(5), sign_digest)
    assert refused(database, abort(4)) == "S3"
    database.sign(abort(5), sign_digest)


def test_s4_epoch_never_goes_back(database: ProtectionDatabase) -> None:
    database.sign(attest(5, epoch=2), sign_digest)
    assert refused(database, attest(6, epoch=1)) == "S4"


def test_failing_signer_leaves_no_record(database: ProtectionDatabase) -> None:
    def fail(_: bytes) -> bytes:
        raise RuntimeError("device unplugged")

    with pytest.raises(RuntimeError):
        database.sign(attest(3), fail)
    assert database.find(Kind.ATTEST, 0, 3) == []
    assert database.watermark(0) == 0


def test_claim_bounds() -> None:
    with pytest.raises(SigningRefused, match="block"):
        Claim(Kind.ATTEST, 0, -1, 1, b"\0" * 32, b"\0" * 32)
    with pytest.raises(SigningRefused, match="epoch"):
        Claim(Kind.ATTEST, 0, 1, 2**63, b"\0" * 32, b"\0" * 32)
    with pytest.raises(SigningRefused, match="content"):
        Claim(Kind.ATTEST, 0, 1, 1, b"\0" * 31, b"\0" * 32)


# S6: refusals at the door


def test_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(ProtectionDatabaseError, match="--bootstrap"):
        ProtectionDatabase.open(tmp_path / "none.db", KEY, NETWORK)
    assert list(tmp_path.iterdir()) == []


def test_foreign_key_is_refused(path: Path) -> None:
    with pytest.raises(ProtectionDatabaseError, match="belongs to key"):
        ProtectionDatabase.open(path, b"\x33" * 20, NETWORK)


def test_foreign_network_is_refused_after_the_first_use(path: Path) -> None:
    ProtectionDatabase.open(path, KEY, NETWORK).close()
    with pytest.raises(ProtectionDatabaseError, match="belongs to network"):
        ProtectionDatabase.open(path, KEY, b"\x44" * 32)


def test_garbage_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.db"
    path.write_bytes(b"not a database" * 400)
    with pytest.raises(ProtectionDatabaseError, match="unreadable"):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_damaged_page_is_refused(path: Path) -> None:
    opened = ProtectionDatabase.open(path, KEY, NETWORK)
    for block in range(1, 200):
        opened.sign(attest(block), sign_digest)
    opened.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = b"\xaa" * 4096
    path.write_bytes(raw)
    with pytest.raises(ProtectionDatabaseError, match=r"corrupt|unreadable"):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_empty_file_is_not_an_empty_database(tmp_path: Path) -> None:
    path = tmp_path / "key.db"
    path.touch()
    with pytest.raises(ProtectionDatabaseError, match="not a protection database"):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_other_schema_version_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 3")
    with pytest.raises(ProtectionDatabaseError, match="schema version"):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_lowered_watermark_is_refused(path: Path) -> None:
    opened = ProtectionDatabase.open(path, KEY, NETWORK)
    opened.sign(attest(9), sign_digest)
    opened.close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE watermark SET max_attest = 3")
    with pytest.raises(ProtectionDatabaseError, match="below signed block 9"):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_second_opener_is_locked_out(path: Path, database: ProtectionDatabase) -> None:
    with pytest.raises(DatabaseLocked):
        ProtectionDatabase.open(path, KEY, NETWORK)


def test_refused_open_gives_the_lock_back(path: Path) -> None:
    with pytest.raises(ProtectionDatabaseError):
        ProtectionDatabase.open(path, b"\x33" * 20, NETWORK)
    ProtectionDatabase.open(path, KEY, NETWORK).close()


def test_existing_file_is_never_overwritten(path: Path) -> None:
    with pytest.raises(ProtectionDatabaseError, match="never overwritten"):
        ProtectionDatabase.create(path, KEY)
    with pytest.raises(ProtectionDatabaseError, match="never overwritten"):
        ProtectionDatabase.bootstrap(path, KEY, NETWORK, 0, 10)


def test_bootstrap_closes_everything_through_the_floor(tmp_path: Path) -> None:
    path = tmp_path / "key.db"
    ProtectionDatabase.bootstrap(path, KEY, NETWORK, generation=2, floor=10)
    opened = ProtectionDatabase.open(path, KEY, NETWORK)
    assert refused(opened, attest(11, generation=2)) == "S7"
    opened.set_listening(None)
    assert refused(opened, attest(10, generation=2)) == "S2"
    assert refused(opened, attest(11, generation=1)) == "S2"
    opened.sign(attest(11, generation=2), sign_digest)
    opened.close()


def test_database_is_durable_by_setting(database: ProtectionDatabase) -> None:
    assert database.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert database.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


# laws

CLAIMS = st.builds(
    claim,
    st.sampled_from([Kind.ATTEST, Kind.ATTEST, Kind.ATTEST, Kind.ABORT]),
    st.integers(0, 2),
    st.integers(0, 8),
    st.integers(1, 2),
    st.integers(1, 2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CLAIMS, max_size=25), st.data())
def test_no_history_holds_a_slashable_pair(
    tmp_path_factory: pytest.TempPathFactory, claims: list[Claim], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("law") / "key.db"
    ProtectionDatabase.create(path, KEY)
    database = ProtectionDatabase.open(path, KEY, NETWORK)
    released: list[Claim] = []
    for c in claims:
        if data.draw(st.booleans(), label="restart"):
            database.close()
            database = ProtectionDatabase.open(path, KEY, NETWORK)
        try:
            database.sign(c, sign_digest)
        except SigningRefused:
            assert c not in released  # a repeat is never refused
        else:
            released.append(c)
    attests = [c for c in released if c.kind is Kind.ATTEST]
    aborts = [c for c in released if c.kind is Kind.ABORT]
    for a in attests:
        assert all(a.content == b.content for b in attests if (a.generation, a.block) == (b.generation, b.block))
        assert all(a.block <= k.block for k in aborts if k.generation == a.generation)
    for g in {a.generation for a in attests}:
        assert database.watermark(g) == max(a.block for a in attests if a.generation == g)
    database.close()
