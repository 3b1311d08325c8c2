"""Rollup.prove: in order, each block with its own proof, by anyone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.reverts import assert_reverts
from tests.support.settlement import KEYS, Stack
from zklink.protocol.constants import FIELD_MODULUS as R


def refuse(stack: Stack, reason: str, blocks: list[Any], proofs: list[list[int]]) -> None:
    assert_reverts(reason, stack.rollup.prove, [b.words for b in blocks], proofs, sender=stack.sequencer)


def test_anyone_proves_several_blocks(primary: Stack, actors: Any) -> None:
    blocks = [primary.commit() for _ in range(3)]
    receipt = primary.rollup.prove(
        [stored.words for _, stored, _ in blocks], [block.prove() for block, _, _ in blocks], sender=actors.stranger
    )
    assert tuple(primary.rollup.counters()) == (3, 3, 0, 0)
    assert [e.through for e in receipt.decode_logs(primary.rollup.BlocksProven)] == [3]


def test_sixteen_blocks_at_once(primary: Stack) -> None:
    blocks = [primary.commit() for _ in range(16)]
    primary.rollup.prove(
        [stored.words for _, stored, _ in blocks], [block.prove() for block, _, _ in blocks], sender=primary.sequencer
    )
    assert primary.rollup.counters()[1] == 16


def test_nothing_to_prove(primary: Stack) -> None:
    refuse(primary, "rollup/no_blocks", [], [])


def test_proofs_do_not_match_blocks(primary: Stack) -> None:
    block, stored, _ = primary.commit()
    refuse(primary, "rollup/proof_count", [stored], [])
    refuse(primary, "rollup/proof_count", [stored], [block.prove(), block.prove()])


def test_out_of_order_or_twice(primary: Stack) -> None:
    (first, one, _), (second, two, _) = primary.commit(), primary.commit()
    refuse(primary, "rollup/number", [two], [second.prove()])
    refuse(primary, "rollup/number", [two, one], [second.prove(), first.prove()])
    refuse(primary, "rollup/number", [one, one], [first.prove(), first.prove()])
    primary.rollup.prove([one.words], [first.prove()], sender=primary.sequencer)
    refuse(primary, "rollup/number", [one], [first.prove()])


def test_proof_for_another_block(primary: Stack) -> None:
    (first, one, _), (second, two, _) = primary.commit(), primary.commit()
    refuse(primary, "proof/invalid", [one], [second.prove()])
    refuse(primary, "proof/invalid", [one, two], [second.prove(), first.prove()])


@pytest.mark.parametrize("index", range(1, 12))
def test_block_altered_in_any_field(primary: Stack, index: int) -> None:
    """Public inputs x + r included: what is not what was committed is unknown."""
    block, stored, _ = primary.commit()
    words = list(stored.words)
    words[index] = (
        bytes([words[index][0] ^ 1]) + words[index][1:] if isinstance(words[index], bytes) else words[index] ^ 1
    )
    refuse(
        primary,
        "rollup/unknown_block",
        [replace(stored, **{list(stored.__dataclass_fields__)[index]: words[index]})],
        [block.prove()],
    )


@pytest.mark.parametrize("field", ["z", "u", "h", "y"])
def test_public_input_plus_r(primary: Stack, field: str) -> None:
    block, stored, _ = primary.commit()
    refuse(primary, "rollup/unknown_block", [replace(stored, **{field: getattr(stored, field) + R})], [block.prove()])


def test_block_that_was_never_committed(primary: Stack) -> None:
    block = primary.block()
    refuse(primary, "rollup/unknown_block", [block.stored(1, primary.latest)], [block.prove()])


def test_errors_that_cancel(primary: Stack) -> None:
    blocks = [primary.commit() for _ in range(2)]
    inputs = [stored.inputs for _, stored, _ in blocks]
    proofs = [KEYS[1].shifted(inputs[0], 1), KEYS[1].shifted(inputs[1], -1)]
    refuse(primary, "proof/invalid", [stored for _, stored, _ in blocks], proofs)


def test_shapes_have_their_own_keys(primary: Stack) -> None:
    block, stored, _ = primary.commit(shape=2)
    refuse(primary, "proof/invalid", [stored], [KEYS[1].prove(stored.inputs)])
    primary.rollup.prove([stored.words], [block.prove()], sender=primary.sequencer)


def test_shapes_are_not_mixed_in_one_call(primary: Stack) -> None:
    (first, one, _), (second, two, _) = primary.commit(shape=1), primary.commit(shape=2)
    refuse(primary, "rollup/mixed_shapes", [one, two], [first.prove(), second.prove()])


def test_shape_without_a_verifier(primary: Stack) -> None:
    """The sequencer can stall itself with it, nobody else."""
    block, stored, _ = primary.commit(shape=1)
    other = primary.block(shape=1)
    arguments = primary.arguments(other)
    header = list(arguments[1])
    header[4] = 3
    receipt = primary.send([arguments[0], tuple(header), *arguments[2:]])
    (event,) = receipt.decode_logs(primary.rollup.BlockCommitted)
    unprovable = type(stored)(*(event[name] for name in stored.__dataclass_fields__))
    primary.rollup.prove([stored.words], [block.prove()], sender=primary.sequencer)
    refuse(primary, "proof/unknown_shape", [unprovable], [block.prove()])


def test_swapped_and_off_curve_points(primary: Stack) -> None:
    block, stored, _ = primary.commit()
    ax, ay, *rest = block.prove()
    refuse(primary, "proof/off_curve", [stored], [[ay, ax, *rest]])
    refuse(primary, "proof/invalid", [stored], [[*rest[4:], *rest[:4], ax, ay]])
