"""Rollup.sync: an attestation of what this chain stored and proved itself, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.reverts import assert_reverts
from tests.support.settlement import GENESIS, Stack, Stored, attest_digest, sign


def refuse(stack: Stack, reason: str, stored: Stored, digest: bytes | None = None, epoch: int = 1) -> None:
    digest = digest or attest_digest(stored.number, stored.new_root, stored.sync_hash)
    assert_reverts(reason, stack.rollup.sync, stored.words, epoch, *sign(digest), sender=stack.sequencer)


def proven(stack: Stack, count: int = 1) -> list[Stored]:
    blocks = [stack.commit() for _ in range(count)]
    stack.rollup.prove([s.words for _, s, _ in blocks], [b.prove() for b, _, _ in blocks], sender=stack.sequencer)
    return [stored for _, stored, _ in blocks]


def test_anyone_syncs_a_range(primary: Stack, actors: Any) -> None:
    stored = proven(primary, 3)
    receipt = primary.sync(stored[1], sender=actors.stranger)
    assert tuple(primary.rollup.counters()) == (3, 3, 2, 0)
    assert primary.gate.attested() == 2
    assert bytes(primary.gate.attested_root()) == stored[1].new_root
    assert [e.through for e in receipt.decode_logs(primary.rollup.BlocksSynced)] == [2]
    (event,) = receipt.decode_logs(primary.gate.Attested)
    assert (event.number, event.bitmap) == (2, 0b111)
    assert bytes(event.digest) == attest_digest(2, stored[1].new_root, stored[1].sync_hash)


def test_block_not_proven(primary: Stack) -> None:
    """T23: the attestation came before the proof."""
    proven(primary, 1)
    refuse(primary, "rollup/not_proven", primary.commit()[1])


def test_number_only(primary: Stack) -> None:
    """A confirmation that names only a number: the quorum signed another root or sync hash under it."""
    (stored,) = proven(primary)
    refuse(primary, "oracle/bad_signer", stored, attest_digest(1, stored.new_root, b"\x01" * 32))
    refuse(primary, "oracle/bad_signer", stored, attest_digest(1, b"\x01" * 32, stored.sync_hash))


@pytest.mark.parametrize("name", ["new_root", "sync_hash", "own_digest"])
def test_quorum_cannot_plant_what_this_chain_did_not_store(primary: Stack, name: str) -> None:
    """T15, T20: a quorum signs a root or hash of its own; the block shown is not the stored one."""
    (stored,) = proven(primary)
    refuse(primary, "rollup/unknown_block", replace(stored, **{name: b"\x01" * 32}))


def test_genesis_and_already_attested(primary: Stack) -> None:
    """T14: a second delivery, and anything below."""
    first, second, _ = proven(primary, 3)
    refuse(primary, "oracle/not_above_attested", GENESIS)
    primary.sync(second)
    refuse(primary, "oracle/not_above_attested", second)
    refuse(primary, "oracle/not_above_attested", first)


def test_attestation_of_another_network(primary: Stack) -> None:
    """T06: same members, other salt."""
    (stored,) = proven(primary)
    digest = attest_digest(1, stored.new_root, stored.sync_hash, deployment_id=b"\x02" * 32)
    refuse(primary, "oracle/bad_signer", stored, digest)


def test_epoch_that_does_not_exist(primary: Stack) -> None:
    (stored,) = proven(primary)
    for epoch in (0, 2):
        refuse(primary, "oracle/epoch", stored, attest_digest(1, stored.new_root, stored.sync_hash, epoch=epoch), epoch)


def test_one_bundle_serves_every_chain(primary: Stack, secondary: Stack) -> None:
    time = primary.clock.pending_timestamp
    stored = []
    for stack in (primary, secondary):
        block, one, _ = stack.commit(timestamp=time)
        stack.rollup.prove([one.words], [block.prove()], sender=stack.sequencer)
        stored.append(one)
    bundle = sign(attest_digest(1, stored[0].new_root, stored[0].sync_hash))
    for stack, one in zip((primary, secondary), stored, strict=True):
        stack.rollup.sync(one.words, 1, *bundle, sender=stack.sequencer)
    assert primary.gate.attested() == secondary.gate.attested() == 1


def test_gate_cannot_be_reached_past_the_rollup(primary: Stack, actors: Any) -> None:
    """No caller but the rollup can set a number here; another chain's gate has another rollup."""
    (stored,) = proven(primary)
    bundle = sign(attest_digest(1, stored.new_root, stored.sync_hash))
    arguments = (1, stored.new_root, stored.sync_hash, 1, *bundle)
    for sender in (actors.stranger, primary.sequencer, actors.governor):
        assert_reverts("oracle/not_rollup", primary.gate.attest, *arguments, sender=sender)
