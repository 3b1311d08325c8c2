"""Replay: the streams alone give ledger, operations and roots; anything else is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.actors import ALICE, BOB, CAROL, ONE, new_context, new_ledger
from tests.support.ledgers import funded_ledger, inner_state
from tests.support.scenario import TIMESTAMP, first_block, play, second_block
from zklink.protocol.amounts import PackedAmount
from zklink.protocol.block import Header
from zklink.protocol.chains import TokenListing
from zklink.protocol.ops import Noop, Operation, Placement
from zklink.protocol.words import C0, C1, D0, encode_stream
from zklink.state.builder import BlockBuilder
from zklink.state.errors import ReplayError
from zklink.state.replay import replay_block

Streams = dict[int, bytes]


def unsigned(op: Operation) -> Operation:
    blank = {name: None for name in ("signature", "eth_signature") if hasattr(op, name)}
    return replace(op, **blank) if blank else op


def test_the_whole_scenario_from_streams() -> None:
    played, ledger = new_ledger(), new_ledger()
    blocks = play(played)
    for (block, _), operations in zip(blocks, (first_block(), second_block()), strict=True):
        replayed = replay_block(ledger, new_context(), block.header, block.streams)
        assert list(replayed.operations) == [unsigned(op) for op in operations if not isinstance(op, Noop)]
        ledger.commit()
    assert ledger.dump() == played.dump()
    assert inner_state(ledger) == inner_state(played)


def test_amounts_that_are_not_canonical_keep_their_form() -> None:
    ledger, copy = funded_ledger(), funded_ledger()
    builder = BlockBuilder(ledger, new_context(), 8)
    builder.add(ALICE.sign(replace(ALICE.transfer(2, 1, BOB.owner, 0), amount=PackedAmount(10, 2))))
    block, _ = builder.seal(1, TIMESTAMP, ledger.preset.shape(1), builder.old_root)
    (op,) = replay_block(copy, new_context(), block.header, block.streams).operations
    assert op.amount == PackedAmount(10, 2)  # type: ignore[attr-defined]


def test_placements_of_another_sequencer_are_followed() -> None:
    ledger, copy = new_ledger(), new_ledger()
    builder = BlockBuilder(ledger, new_context(), 8)
    builder.add(ALICE.deposit(1, ONE), Placement(77))
    builder.add(ALICE.deposit(1, ONE), Placement(78))
    builder.add(CAROL.deposit(1, ONE), Placement(0, applied=False))
    block, _ = builder.seal(1, TIMESTAMP, ledger.preset.shape(1), builder.old_root)
    replay_block(copy, new_context(), block.header, block.streams)
    assert inner_state(copy) == inner_state(ledger)


def first() -> tuple[Header, Streams]:
    (block, _), _ = play()
    return block.header, dict(block.streams)


def edit(stream: int, at: int, word: int) -> Callable[[Streams], Streams]:
    def change(streams: Streams) -> Streams:
        data = streams[stream]
        return {**streams, stream: data[: 31 * at] + word.to_bytes(31, "big") + data[31 * (at + 1) :]}

    return change


def append(stream: int, *words: int) -> Callable[[Streams], Streams]:
    return lambda streams: {**streams, stream: streams[stream] + encode_stream(words)}


def cut(stream: int, length: int) -> Callable[[Streams], Streams]:
    return lambda streams: {**streams, stream: streams[stream][:-length]}


def drop(stream: int) -> Callable[[Streams], Streams]:
    return lambda streams: {at: data for at, data in streams.items() if at != stream}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut(9, 1), "multiple of 31"),
        (cut(1, 31), "before an operation is complete"),
        (append(1, 0), "1 words left over"),
        (append(9, 0), "unknown or out of place"),
        (append(9, D0.encode(op=4)), "unknown or out of place"),
        (append(9, D0.encode(op=7, chain=1)), "unknown or out of place"),
        (append(9, D0.encode(op=1, chain=8)), "does not exist"),
        (append(9, D0.encode(op=1, chain=1)), "before an operation is complete"),
        (append(9, D0.encode(op=2, account=50)), "accounts that do not exist"),
        (append(9, D0.encode(op=2, account=2, to_account=50)), "accounts that do not exist"),
        (append(9, D0.encode(op=2, account=2, to_account=3, to_sub_account=5)), "new root differs"),
        (append(9, D0.encode(op=2, account=2, to_account=2)), "TRF-11"),
        (append(9, D0.encode(op=1, chain=1, fee=3)), "must be zero"),
        (append(9, D0.encode(op=2, account=2, to_account=3, created=1), 0), "TRF-10|TRF-7"),
        (drop(2), "is missing"),
        (edit(1, 1, C1.encode(units=99 * ONE)), "TRF|WDR|new root"),
        (edit(1, 0, C0.encode(op=1, applied=1, account=0, token=1, address=ALICE.address)), "DEP-2"),
        (edit(2, 0, C0.encode(op=1, applied=1, account=2, token=1, scale=11, address=ALICE.address)), "scale"),
    ],
)
def test_other_streams_are_refused_and_nothing_changes(change: Callable[[Streams], Streams], reason: str) -> None:
    header, streams = first()
    ledger = new_ledger()
    before = inner_state(ledger)
    with pytest.raises(ReplayError, match=reason) as caught:
        replay_block(ledger, new_context(), header, change(streams))
    assert caught.value.number == 1
    assert inner_state(ledger) == before


def test_parts_of_a_walk_are_compared() -> None:
    ledger = new_ledger()
    (block, _), (second, _) = play(new_ledger())
    replay_block(ledger, new_context(), block.header, block.streams)
    for change in (
        edit(1, 4, C1.encode(units=1)),  # what chain 1 pays in the walk
        edit(1, 8, C1.encode(units=5)),  # what the exit of nothing pays
    ):
        with pytest.raises(ReplayError, match="differs"):
            replay_block(ledger, new_context(), second.header, change(dict(second.streams)))
    replay_block(ledger, new_context(), second.header, second.streams)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"new_root": 5}, "new root"),
        ({"old_root": 5}, "old root"),
        ({"deployment_id": 5}, "another deployment"),
        ({"chain_count": 2}, "another deployment"),
    ],
)
def test_another_header_is_refused(changes: dict[str, int], reason: str) -> None:
    header, streams = first()
    ledger = new_ledger()
    before = inner_state(ledger)
    with pytest.raises(ReplayError, match=reason):
        replay_block(ledger, new_context(), replace(header, **changes), streams)  # type: ignore[arg-type]
    assert inner_state(ledger) == before


def test_the_listing_is_needed() -> None:
    header, streams = first()
    with pytest.raises(ReplayError, match="not listed"):
        replay_block(new_ledger(), new_context(listing=TokenListing()), header, streams)
