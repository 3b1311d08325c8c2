"""The holes that protocol.md lists: each attack is carried out, with everything an attacker may choose, and must fail.

A prover's proof fixes (z, u, h, Y) of the block it was made for. The contracts here derive these numbers from what they
were shown, so a forged thing shows as a proof that no longer fits, or as sync hashes that differ.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.rollup.conftest import USD_ID, USD_SCALE, run
from tests.support.isolation import isolated
from tests.support.reverts import assert_reverts
from tests.support.settlement import (
    CLAIMS,
    DATA,
    DIGESTS,
    HEADER,
    KEYS,
    OWN,
    Block,
    Stack,
    Stored,
    attest_digest,
    changed,
    changed_at,
    sign,
)
from zklink.protocol.constants import FIELD_MODULUS as R
from zklink.protocol.statement import evaluate
from zklink.protocol.words import C0, C1, encode_stream


def withdraw(units: int, address: int = 0xBEEF) -> list[int]:
    return [C0.encode(op=3, account=7, token=USD_ID, scale=USD_SCALE, address=address), C1.encode(units=units)]


def committed(stack: Stack, arguments: list[Any]) -> Stored:
    """What `commit` stored, from its event."""
    receipt = stack.send(arguments)
    (event,) = receipt.decode_logs(stack.rollup.BlockCommitted)
    return Stored(*(bytes(v) if isinstance(v, bytes) else v for v in (event[n] for n in Stored.__dataclass_fields__)))


def honest(stack: Stack) -> Block:
    return stack.block({1: withdraw(10), 2: [2**200 + 1, 2**100, 77]}, data=[5, 6, 7])


def prove(stack: Stack, stored: Stored, block: Block) -> None:
    stack.rollup.prove([stored.words], [block.prove()], sender=stack.sequencer)


def test_honest_block_passes(primary: Stack) -> None:
    block = honest(primary)
    stored = committed(primary, primary.arguments(block))
    assert stored == block.stored(1, primary.latest)
    prove(primary, stored, block)


def test_word_of_the_own_stream_changed(primary: Stack) -> None:
    """Payout raised for one chain only: the circuit paid 10, the chain is shown 11."""
    block = honest(primary)
    forged = committed(primary, changed(primary.arguments(block), OWN, encode_stream(withdraw(11))))
    primary.refuse_proof("proof/invalid", forged, block.prove())


def test_word_of_the_data_stream_changed(primary: Stack) -> None:
    block = honest(primary)
    forged = committed(primary, changed(primary.arguments(block), DATA, encode_stream([5, 6, 8])))
    primary.refuse_proof("proof/invalid", forged, block.prove())


@pytest.mark.parametrize(
    ("index", "delta"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1 << 32)], ids="time root h shape counts".split()
)
def test_word_of_the_header_changed(primary: Stack, index: int, delta: int) -> None:
    block = honest(primary)
    arguments = primary.arguments(block)
    forged = committed(primary, changed_at(arguments, HEADER, index, arguments[HEADER][index] + delta))
    primary.refuse_proof("proof/invalid", forged, KEYS[1].prove(block.stored(1, primary.latest).inputs))


def test_word_of_a_foreign_stream_changed(primary: Stack, secondary: Stack) -> None:
    """The primary is told another claim for stream 2 than chain 2 computes: the proof does not fit either."""
    block = honest(primary)
    arguments = primary.arguments(block)
    words = [2**200 + 2, 2**100, 77]
    arguments = changed_at(arguments, CLAIMS, 2, evaluate(words, block.statement.z))
    forged = committed(primary, arguments)
    primary.refuse_proof("proof/invalid", forged, block.prove())


def test_two_words_that_balance_at_another_z(primary: Stack) -> None:
    """Words changed so that y stays the same at the honest z: the digest changes, so z does: they balance no more."""
    block = honest(primary)
    z = block.statement.z
    # a z + b z^2 + c z^3 = 0 with short a, b, c: three words of 248 bits leave room for a lattice of solutions
    a, b, c = _short_relation(z)
    data = [5 + a, 6 + b, 7 + c]
    assert evaluate(data, z) == evaluate([5, 6, 7], z)
    forged = committed(primary, changed(primary.arguments(block), DATA, encode_stream(data)))
    primary.refuse_proof("proof/invalid", forged, block.prove())


def _short_relation(z: int) -> tuple[int, int, int]:
    """Words a, b, c >= 0 below 2^247 with a + b z + c z^2 = 0 mod r: a = -(b z + c z^2), tried until it is short."""
    for c in range(1, 10_000):
        a = -(z + c * z * z) % R
        if a < 2**247:
            return a, 1, c
    raise AssertionError("one in 96 is short")


def test_foreign_claim_that_covers_a_forged_own_stream(primary: Stack) -> None:
    """The attack on a single challenge: with u of the honest block known, choose the claimed y_2 so that
    Y = sum u^s y_s stays what the proof says. The own stream's y changes by e, so y_2 must change by -e * u^(1-2).
    The second challenge is drawn after the claims: choosing y_2 changes u, and the sum no longer fits."""
    block = honest(primary)
    statement, forged_words = block.statement, withdraw(10**9)
    arguments = changed(primary.arguments(block), OWN, encode_stream(forged_words))
    # the forged block's own z, as the contract will compute it from the forged digest
    shown = committed_without_keeping(primary, arguments)
    error = evaluate(forged_words, shown.z) - evaluate(block.words[1], shown.z)
    claims = {s: evaluate(block.words[s], shown.z) for s in block.words}
    honest_sum = sum(pow(statement.u, s, R) * y for s, y in claims.items()) % R
    claims[1] += error
    claims[2] = (claims[2] - error * pow(statement.u, -1, R)) % R
    assert (
        sum(pow(statement.u, s, R) * y for s, y in claims.items()) % R == honest_sum
    )  # with u fixed, the attack works
    forged = committed(primary, changed_at(arguments, CLAIMS, 2, claims[2]))
    assert forged.u != statement.u and forged.z == shown.z
    # The prover may even make a new honest proof at the forged z and u: inputs (z, u, h, Y of the honest words).
    true_sum = sum(pow(forged.u, s, R) * evaluate(block.words[s], forged.z) for s in block.words) % R
    assert forged.y != true_sum
    primary.refuse_proof("proof/invalid", forged, KEYS[1].prove([forged.z, forged.u, forged.h, true_sum]))


def committed_without_keeping(stack: Stack, arguments: list[Any]) -> Stored:
    """What a commit would store."""
    with isolated(stack.clock):
        return committed(stack, arguments)


@pytest.mark.parametrize("change", ["zero word", "one word less"])
def test_data_stream_padded_or_truncated_by_zero_words(primary: Stack, change: str) -> None:
    """n_s is part of y_s and of the header: a zero word more or less is another stream."""
    words = [5, 6, 0]
    block = primary.block(data=words)
    other = [*words, 0] if change == "zero word" else words[:-1]
    arguments = primary.arguments(block)
    counts = arguments[HEADER][5] + ((len(other) - len(words)) << 144)
    forged = committed(primary, changed(changed_at(arguments, HEADER, 5, counts), DATA, encode_stream(other)))
    primary.refuse_proof("proof/invalid", forged, block.prove())


def test_root_plus_r_is_refused(primary: Stack) -> None:
    arguments = primary.arguments(primary.block(new_root=5))
    primary.refuse("rollup/root_range", changed_at(arguments, HEADER, 2, 5 + R))


def test_replay_on_another_chain_of_the_network(primary: Stack, secondary: Stack) -> None:
    """The calldata of chain 1 sent to chain 2."""
    block = primary.block({1: withdraw(10)})
    secondary.refuse("rollup/claim_not_foreign", primary.arguments(block))


def test_replay_on_another_deployment(primary: Stack, prepared: Any) -> None:
    """Same words, same keys, another deployment id: other challenges and sync hash, so the proof does not fit."""
    other = prepared(1, deployment_id=b"\x00" + b"\x2e" * 31)
    block = honest(primary)
    arguments = changed(primary.arguments(block), 0, other.latest.words)
    forged = committed(other, arguments)
    assert (forged.z, forged.sync_hash) != (block.statement.z, block.sync_hash)
    other.refuse_proof("proof/invalid", forged, block.prove())


def test_replay_on_a_second_rollup_of_the_same_chain_id(primary: Stack, prepared: Any) -> None:
    """A previous block of another deployment is unknown here."""
    other = prepared(1, deployment_id=b"\x00" + b"\x2e" * 31)
    other.refuse("rollup/unknown_block", primary.arguments(honest(primary)))


def test_sequencer_shows_each_chain_another_block(primary: Stack, secondary: Stack) -> None:
    """Both are valid and proven; the sync hashes differ, so no attestation fits both chains."""
    one = primary.block({1: withdraw(10)}, timestamp=primary.clock.pending_timestamp)
    two = secondary.block({1: withdraw(11)}, timestamp=one.statement.header.timestamp)
    for stack, block in ((primary, one), (secondary, two)):
        stored = committed(stack, stack.arguments(block))
        prove(stack, stored, block)
        stack.latest = stored
    bitmap, signatures = sign(attest_digest(1, primary.latest.new_root, one.sync_hash))
    primary.rollup.sync(primary.latest.words, 1, bitmap, signatures, sender=primary.sequencer)
    arguments = (secondary.latest.words, 1, bitmap, signatures)
    assert_reverts("oracle/bad_signer", secondary.rollup.sync, *arguments, sender=secondary.sequencer)


def test_machines_that_agree_only_at_a_later_block(primary: Stack, secondary: Stack) -> None:
    """Different first blocks, then the same root: S is cumulative, so the second block's sync hashes differ too."""
    time = primary.clock.pending_timestamp
    primary.commit({1: withdraw(10)}, timestamp=time)
    secondary.commit({1: withdraw(11)}, timestamp=time)
    later = [stack.commit(timestamp=time, new_root=99)[1] for stack in (primary, secondary)]
    assert later[0].new_root == later[1].new_root
    assert later[0].sync_hash != later[1].sync_hash


def test_chain_with_no_operation_of_its_own_still_sees_the_block(primary: Stack, secondary: Stack) -> None:
    time = primary.clock.pending_timestamp
    block = primary.commit({1: withdraw(10)}, timestamp=time)[0]
    secondary.commit({1: withdraw(10)}, timestamp=time)
    assert bytes(secondary.rollup.sync_hash(1)) == bytes(primary.rollup.sync_hash(1)) == block.sync_hash


def test_block_below_the_synced_one_cannot_be_committed_again(primary: Stack) -> None:
    """Send a sync hash, then commit other data under the same number."""
    run(primary, *primary.commit()[:2])
    primary.commit()
    arguments = primary.arguments(primary.block())
    for number in (0, 1, 2):
        primary.refuse("rollup/number", changed_at(arguments, HEADER, 0, number))


def test_block_never_stored_answers_zero(primary: Stack) -> None:
    primary.commit()
    for number in (2, 3, 2**64, 2**256 - 1):
        assert bytes(primary.rollup.stored_hash(number)) == bytes(32)
        assert bytes(primary.rollup.sync_hash(number)) == bytes(32)
    assert bytes(primary.rollup.sync_hash(0)) != bytes(32) and bytes(primary.rollup.stored_hash(0)) != bytes(32)
    primary.refuse("rollup/unknown_block", changed(primary.arguments(primary.block()), 0, (1, *Stored().words[1:])))


def test_digest_alone_forged(primary: Stack) -> None:
    """Another digest for a foreign stream with its true claim: z changes, and with it every y."""
    block = honest(primary)
    forged = committed(primary, changed_at(primary.arguments(block), DIGESTS, 2, b"\x07" * 32))
    primary.refuse_proof("proof/invalid", forged, block.prove())
