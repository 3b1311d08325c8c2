"""OracleGate.attest: one valid signature for every bit, over two thirds of the weight, nothing else. T01-T15."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.oracle.conftest import ROOT, SYNC_HASH
from tests.support.reverts import assert_reverts, revert_reason
from tests.support.settlement import MEMBERS, N, attest_digest, compact, sign, table

DIGEST = attest_digest(1, ROOT, SYNC_HASH)
OUTSIDER = Account.from_key(b"\x09" * 32)


def arguments(bitmap: int, signatures: bytes, **changes: Any) -> list[Any]:
    values = {"number": 1, "root": ROOT, "sync_hash": SYNC_HASH, "epoch": 1} | changes
    return [*values.values(), bitmap, signatures]


def refuse(gate: Any, actors: Any, reason: str, bitmap: int, signatures: bytes, **changes: Any) -> None:
    assert_reverts(reason, gate.attest, *arguments(bitmap, signatures, **changes), sender=actors.rollup)


def signatures_of(*signers: Any) -> bytes:
    return b"".join(compact(signer.unsafe_sign_hash(DIGEST)) for signer in signers)


@pytest.mark.parametrize("signers", [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (0, 1, 2, 3)])
def test_any_quorum_passes(gate: Any, actors: Any, signers: tuple[int, ...]) -> None:
    gate.attest(*arguments(*sign(DIGEST, signers)), sender=actors.rollup)
    assert gate.attested() == 1
    assert bytes(gate.attested_root()) == ROOT


def test_bad_signer(gate: Any, actors: Any) -> None:  # T01
    refuse(gate, actors, "oracle/bad_signer", 0b111, signatures_of(*MEMBERS[:2], OUTSIDER))


def test_duplicate_signer(gate: Any, actors: Any) -> None:  # T02
    refuse(gate, actors, "oracle/bad_signer", 0b111, signatures_of(MEMBERS[0], MEMBERS[1], MEMBERS[1]))


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0)])
def test_signatures_in_another_order(gate: Any, actors: Any, order: tuple[int, ...]) -> None:  # T03
    refuse(gate, actors, "oracle/bad_signer", 0b111, signatures_of(*(MEMBERS[i] for i in order)))


def test_malleable_signature(gate: Any, actors: Any) -> None:  # T04
    """(r, n - s, other parity): 64 bytes have no room for such an s but in the narrow gap up to 2^255 (next test)."""
    good = signatures_of(*MEMBERS[:3])
    r, vs = good[:32], int.from_bytes(good[32:64], "big")
    s, parity = vs & (2**255 - 1), vs >> 255
    high = N - s
    assert high > N // 2
    flipped = r + ((1 - parity) << 255 | (high & (2**255 - 1))).to_bytes(32, "big")
    refuse(gate, actors, "oracle/bad_signer", 0b111, flipped + good[64:])


@pytest.mark.parametrize(
    ("r", "s", "reason"),
    [
        (0, 1, "ecdsa: invalid signature"),
        (N, 1, "ecdsa: invalid signature"),
        (2**256 - 1, 1, "ecdsa: invalid signature"),
        (1, 0, "ecdsa: invalid signature"),
        (1, N // 2 + 1, "ecdsa: invalid signature `s` value"),
        (5, 1, "ecdsa: invalid signature"),  # no point has x = 5: recovery answers nothing (T05)
    ],
)
def test_signature_that_recovers_nothing(gate: Any, actors: Any, r: int, s: int, reason: str) -> None:  # T04, T05
    garbage = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    refuse(gate, actors, reason, 0b111, garbage + signatures_of(*MEMBERS[1:3]))


def test_other_parity(gate: Any, actors: Any) -> None:  # T04: bad v
    good = signatures_of(*MEMBERS[:3])
    refuse(gate, actors, "oracle/bad_signer", 0b111, good[:32] + bytes([good[32] ^ 0x80]) + good[33:])


def test_other_deployment(deploy_gate: Any, actors: Any) -> None:  # T06
    other = deploy_gate(deployment_id=b"\x03" * 32)
    refuse(other, actors, "oracle/bad_signer", *sign(DIGEST))


def test_chain_id_changed(gate: Any, actors: Any, chain: Any) -> None:  # T08
    web3 = chain.provider.web3
    own = chain.provider.chain_id
    web3.provider.make_request("anvil_setChainId", [own + 1000])
    try:
        refuse(gate, actors, "oracle/forked_chain", *sign(DIGEST))
    finally:
        web3.provider.make_request("anvil_setChainId", [own])
    assert revert_reason(gate.attest, *arguments(*sign(DIGEST)), sender=actors.rollup) is None


@pytest.mark.parametrize("epoch", [0, 2, 2**64 - 1])
def test_other_epoch(gate: Any, actors: Any, epoch: int) -> None:  # T09
    refuse(gate, actors, "oracle/epoch", *sign(attest_digest(1, ROOT, SYNC_HASH, epoch=epoch)), epoch=epoch)


def test_signature_for_another_epoch(gate: Any, actors: Any) -> None:  # T09
    refuse(gate, actors, "oracle/bad_signer", *sign(attest_digest(1, ROOT, SYNC_HASH, epoch=2)))


@pytest.mark.parametrize("generation", [1, 2**64 - 1])
def test_other_generation(gate: Any, actors: Any, generation: int) -> None:  # T10
    refuse(gate, actors, "oracle/bad_signer", *sign(attest_digest(1, ROOT, SYNC_HASH, generation=generation)))


@pytest.mark.parametrize("signers", [(), (0,), (0, 1), (2, 3)])
def test_partial_quorum(gate: Any, actors: Any, signers: tuple[int, ...]) -> None:  # T11, T12: empty bitmap
    refuse(gate, actors, "oracle/quorum", *sign(DIGEST, signers))


def test_exactly_two_thirds_is_not_enough(deploy_gate: Any, actors: Any) -> None:  # T11
    members = sorted((Account.from_key(bytes([40 + i]) * 32) for i in range(6)), key=lambda a: int(a.address, 16))
    gate = deploy_gate(table=table((1,) * 6, members))
    refuse(gate, actors, "oracle/quorum", *sign(DIGEST, range(4), members))
    assert revert_reason(gate.attest, *arguments(*sign(DIGEST, range(5), members)), sender=actors.rollup) is None


@pytest.mark.parametrize(("field", "value"), [("root", bytes(32)), ("sync_hash", bytes(32))])
def test_zero_value(gate: Any, actors: Any, field: str, value: bytes) -> None:  # T12
    message = {"root": ROOT, "sync_hash": SYNC_HASH} | {field: value}
    refuse(gate, actors, "oracle/zero_value", *sign(attest_digest(1, **message)), **message)


def test_spare_signature(gate: Any, actors: Any) -> None:  # T13
    refuse(gate, actors, "oracle/spare_signature", 0b111, signatures_of(*MEMBERS))


@pytest.mark.parametrize("spare", [1, 32, 63])
def test_spare_bytes(gate: Any, actors: Any, spare: int) -> None:  # T13
    refuse(gate, actors, "oracle/spare_signature", 0b111, signatures_of(*MEMBERS[:3]) + bytes(spare))


@pytest.mark.parametrize("missing", [1, 64, 192])
def test_missing_bytes(gate: Any, actors: Any, missing: int) -> None:  # T13
    refuse(gate, actors, "oracle/missing_signature", 0b111, signatures_of(*MEMBERS[:3])[:-missing])


@pytest.mark.parametrize("bit", [4, 5, 40, 127, 128, 255])
def test_bit_beyond_the_table(gate: Any, actors: Any, bit: int) -> None:  # T13
    refuse(gate, actors, "oracle/bitmap_range", 0b111 | 1 << bit, signatures_of(*MEMBERS[:3], OUTSIDER))


def test_replay_and_lower_numbers(gate: Any, actors: Any) -> None:  # T14
    digest = attest_digest(5, ROOT, SYNC_HASH)
    gate.attest(*arguments(*sign(digest), number=5), sender=actors.rollup)
    for number in (0, 1, 5):
        bundle = sign(attest_digest(number, ROOT, SYNC_HASH))
        refuse(gate, actors, "oracle/not_above_attested", *bundle, number=number)


@pytest.mark.parametrize(
    "change", [{"number": 2}, {"root": SYNC_HASH}, {"sync_hash": ROOT}, {"root": SYNC_HASH, "sync_hash": ROOT}]
)
def test_any_other_field_than_was_signed(gate: Any, actors: Any, change: dict[str, Any]) -> None:  # T15
    refuse(gate, actors, "oracle/bad_signer", *sign(DIGEST), **change)


def test_only_the_rollup(gate: Any, actors: Any) -> None:
    for sender in (actors.deployer, actors.governor, actors.stranger):
        assert_reverts("oracle/not_rollup", gate.attest, *arguments(*sign(DIGEST)), sender=sender)


WEIGHTS = st.lists(st.integers(1, 2**32 - 1), min_size=4, max_size=8).filter(lambda w: max(w) * 3 < sum(w))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(weights=WEIGHTS, data=st.data())
def test_law_of_the_quorum(deploy_gate: Any, actors: Any, weights: list[int], data: st.DataObject) -> None:  # T11
    """Accepted exactly when 3 * signed > 2 * total, over random weights and signers."""
    members = sorted(
        (Account.from_key(bytes([60 + i]) * 32) for i in range(len(weights))), key=lambda a: int(a.address, 16)
    )
    gate = deploy_gate(table=table(weights, members))
    signers = sorted(data.draw(st.sets(st.integers(0, len(weights) - 1))))
    expected = None if 3 * sum(weights[i] for i in signers) > 2 * sum(weights) else "oracle/quorum"
    assert revert_reason(gate.attest, *arguments(*sign(DIGEST, signers, members)), sender=actors.rollup) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(bitmap=st.integers(0, 15), signatures=st.binary(max_size=300))
def test_random_bytes_never_pass(gate: Any, actors: Any, bitmap: int, signatures: bytes) -> None:  # T13
    assert revert_reason(gate.attest, *arguments(bitmap, signatures), sender=actors.rollup) is not None


def test_128_members_stay_within_a_block(deploy_gate: Any, actors: Any) -> None:  # T45
    members = sorted((Account.from_key(i.to_bytes(32, "big")) for i in range(1, 129)), key=lambda a: int(a.address, 16))
    gate = deploy_gate(table=table((1,) * 128, members))
    receipt = gate.attest(*arguments(*sign(DIGEST, range(128), members)), sender=actors.rollup)
    assert receipt.gas_used < 1_000_000


def test_table_of_the_golden_vector(deploy_gate: Any, actors: Any, vectors: Any) -> None:
    """Digest, table and bundle as the Python twin wrote them."""
    vector = vectors("attestation")
    raw = bytes.fromhex(vector["table"][2:])[1:]  # after the zero byte
    gate = deploy_gate(
        deployment_id=bytes.fromhex(vector["deployment_id"][2:]),
        table=[int.from_bytes(raw[at : at + 32], "big") for at in range(0, len(raw), 32)],
    )
    message = vector["message"]
    members = [Account.from_key(member["private_key"]) for member in vector["members"]]
    root, sync_hash = (bytes.fromhex(message[name][2:]) for name in ("state_root", "sync_hash"))
    digest = bytes.fromhex(vector["digest"][2:])
    bundle = sign(digest, range(len(members)), members)
    gate.attest(message["block_number"], root, sync_hash, message["set_epoch"], *bundle, sender=actors.rollup)
    assert gate.attested() == message["block_number"]
