"""Restarts, full disks and strange clocks of the engine, on a real journal."""

import pytest

from tests.support.actors import ALICE, BOB, NETWORK, ONE
from tests.unit.sequencer.conftest import World, state
from zklink.journal.errors import JournalError, JournalFull
from zklink.sequencer import errors
from zklink.sequencer.entries import ClockOutOfRange
from zklink.sequencer.errors import SequencerHalted


def full(world: World) -> None:
    """No page more for the journal's file."""
    pages = world.engine.journal.one("PRAGMA page_count")[0]
    world.engine.journal.one(f"PRAGMA max_page_count = {pages}")


def healed(world: World) -> None:
    world.engine.journal.one("PRAGMA max_page_count = 1000000")


# ---- restart


def test_restart_continues_with_the_same_root_and_open_entries(world: World) -> None:
    account = world.fund()
    world.submit(ALICE.transfer(account, 1, BOB.owner, ONE, fee=10**15))
    world.request(ALICE.full_exit(account, 1))
    world.engine.take_requests()
    world.submit(BOB.change_key(world.engine.ledger.find(BOB.owner), 0))
    world.request(ALICE.deposit(1, ONE))  # recorded, not taken
    before = state(world)
    world.restart()
    assert state(world) == before
    uninterrupted = world.engine.seal()
    assert [s["type"] for s in uninterrupted.statuses] == ["TRANSFER", "FULL_EXIT", "CHANGE_KEY"]


def test_restart_at_every_point_gives_the_same_blocks(world: World, tmp_path) -> None:
    def script(w: World, restart_at: int | None) -> list[bytes]:
        steps = [
            lambda: w.request(ALICE.deposit(1, 50 * ONE)),
            lambda: w.engine.take_requests(),
            lambda: w.submit(ALICE.change_key(2, 0)),
            lambda: w.engine.seal(),
            lambda: w.submit(ALICE.transfer(2, 1, BOB.owner, 3 * ONE, fee=10**15)),
            lambda: w.request(ALICE.deposit(2, 7 * 10**6)),
            lambda: w.engine.take_requests(),
            lambda: w.submit(ALICE.withdraw(2, 2, 1, ONE)),
            lambda: w.engine.seal(),
            lambda: w.request(ALICE.full_exit(2, 1)),
            lambda: w.engine.take_requests(),
            lambda: w.engine.seal(),
        ]
        for index, step in enumerate(steps):
            if index == restart_at:
                w.restart()
            step()
        return [w.engine.blocks.get(n).new_root for n in (1, 2, 3)]

    expected = script(world, None)
    for point in range(12):
        other = World(tmp_path / f"r{point}.sqlite")
        assert script(other, point) == expected
        other.engine.journal.close()


def test_a_failed_transaction_may_come_again(world: World) -> None:
    account = world.fund()
    op = ALICE.transfer(account, 1, BOB.owner, ONE)
    (item,) = world.submit(op)
    world.engine._rebuild([])
    world.engine.transactions.fail(item.hash, "for the test")
    (again,) = world.submit(op)
    assert again.done and world.engine.transactions.get(item.hash).state == "accepted"


def test_a_changed_journal_does_not_start(world: World) -> None:
    world.fund()
    with world.engine.journal.write() as db:
        db.execute("UPDATE blocks SET timestamp = timestamp + 1")
    with pytest.raises(JournalError, match="checksum"):
        world.restart()


def test_a_block_that_does_not_replay_halts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fund()
    monkeypatch.setattr("zklink.sequencer.engine.u256", lambda value: bytes(32))
    with pytest.raises(SequencerHalted, match="another root"):
        world.restart()


# ---- trouble with the disk and the clock


def test_a_full_disk_refuses_transactions_and_keeps_the_open_block(world: World) -> None:
    account = world.fund()
    world.submit(ALICE.transfer(account, 1, BOB.owner, ONE))
    before = state(world)
    full(world)
    with pytest.raises(JournalFull):
        for nonce in range(2, 8):
            world.submit(ALICE.transfer(account, nonce, BOB.owner, ONE))
            before = state(world)
    assert state(world) == before
    healed(world)
    (item,) = world.submit(ALICE.transfer(account, len(before[2]) + 1, BOB.owner, ONE))
    assert item.done


def test_a_full_disk_delays_sealing_only(world: World) -> None:
    account = world.fund()
    world.submit(ALICE.transfer(account, 1, BOB.owner, ONE))
    before = state(world)
    full(world)
    with pytest.raises(JournalFull):
        world.engine.seal()
    assert state(world) == before
    assert world.engine.blocks.last_number() == 1
    healed(world)
    assert world.engine.seal().number == 2
    world.restart()
    assert world.engine.number == 2


def test_a_read_only_journal_takes_no_request(world: World) -> None:
    world.request(ALICE.deposit(1, ONE))
    before = state(world)
    world.engine.journal.one("PRAGMA query_only = ON")
    with pytest.raises(JournalError):
        world.engine.take_requests()
    assert state(world) == before
    world.engine.journal.one("PRAGMA query_only = OFF")
    assert world.engine.take_requests() == 1


def test_timestamps_never_go_back(world: World) -> None:
    world.fund()
    first = world.engine.timestamp
    world.now -= 86_400
    world.request(ALICE.deposit(1, ONE))
    world.engine.take_requests()
    assert world.engine.seal().header.timestamp == first


def test_a_clock_far_ahead_is_held_to_the_chains(world: World) -> None:
    chain_time = world.now
    world.now += 86_400
    world.request(ALICE.deposit(1, ONE))
    world.engine.take_requests()
    assert world.engine.seal().header.timestamp == chain_time + 600


def test_a_clock_far_behind_is_held_to_the_primary(world: World) -> None:
    chain_time = world.now
    world.now -= 2 * 86_400
    world.request(ALICE.deposit(1, ONE))
    world.engine.take_requests()
    assert world.engine.seal().header.timestamp == chain_time - 12 * 3600


def test_no_acceptable_timestamp_seals_nothing(world: World) -> None:
    world.fund()
    for chain in (1, 2, 3):
        world.engine.clock.report(chain, world.engine.timestamp - 3600)
    world.request(ALICE.deposit(1, ONE))
    world.engine.take_requests()
    before = state(world)
    with pytest.raises(ClockOutOfRange):
        world.engine.seal()
    assert state(world) == before


def test_stored_consents_allow_key_changes_without_signature(world: World) -> None:
    from zklink.journal.requests import Cursor, FactRow

    account = world.fund(with_key=False)
    op = ALICE.change_key(account, 0, chain=2, ecdsa=False)
    (item,) = world.submit(op)
    assert item.error.code == errors.L1_SIGNATURE
    fact = FactRow(2, ALICE.owner.packed, 0, ALICE.key.x, ALICE.key.y)
    world.engine.requests.record(Cursor(2, 50, "0x"), [], [fact])
    world.engine.load_facts()
    (item,) = world.submit(op)
    assert item.done
    world.restart()
    assert len(world.engine.open.entries) == 1
    assert NETWORK.chain_count == 3
