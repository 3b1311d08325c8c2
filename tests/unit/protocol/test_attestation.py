"""AttestV1, members and quorum, against eth-account."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account as Wallet
from eth_account.messages import _hash_eip191_message, encode_typed_data

from zklink.protocol.attestation import (
    Attestation,
    Member,
    MemberSet,
    check_attestation,
    compact_signature,
    pack_signatures,
    recover_member,
    signed_weight,
)
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.errors import FieldError, QuorumError
from zklink.protocol.keys import SECP256K1_ORDER

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "attestation.json").read_text())
DEPLOYMENT_ID = int(VECTORS["deployment_id"], 16)


def data(text: str) -> bytes:
    return bytes.fromhex(text[2:])


MESSAGE = Attestation(
    VECTORS["message"]["set_epoch"],
    VECTORS["message"]["generation"],
    VECTORS["message"]["block_number"],
    int(VECTORS["message"]["state_root"], 16),
    data(VECTORS["message"]["sync_hash"]),
)
MEMBERS = MemberSet.of(1, {int(member["address"], 16): member["weight"] for member in VECTORS["members"]})
WALLETS = [Wallet.from_key(data(member["private_key"])) for member in VECTORS["members"]]
DIGEST = MESSAGE.digest(DEPLOYMENT_ID)


def signature(index: int, digest: bytes = DIGEST) -> bytes:
    return compact_signature(bytes(WALLETS[index].unsafe_sign_hash(digest).signature))


def bundle(*indices: int) -> tuple[int, bytes]:
    return pack_signatures({index: signature(index) for index in indices})


def test_vectors() -> None:
    assert data(VECTORS["digest"]) == DIGEST
    assert MEMBERS.table == data(VECTORS["table"])
    bitmap, signatures = int(VECTORS["bitmap"], 16), data(VECTORS["signatures"])
    assert check_attestation(MESSAGE, DEPLOYMENT_ID, MEMBERS, bitmap, signatures) == VECTORS["signed_weight"]
    assert MEMBERS.total_weight == VECTORS["total_weight"]


def test_the_digest_is_eip_712() -> None:
    document = {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "salt", "type": "bytes32"},
            ],
            "AttestV1": [
                {"name": "setEpoch", "type": "uint64"},
                {"name": "generation", "type": "uint64"},
                {"name": "blockNumber", "type": "uint64"},
                {"name": "stateRoot", "type": "bytes32"},
                {"name": "syncHash", "type": "bytes32"},
            ],
        },
        "primaryType": "AttestV1",
        "domain": {"name": "LightOracleNetwork", "version": "1", "salt": VECTORS["deployment_id"]},
        "message": {
            "setEpoch": MESSAGE.set_epoch,
            "generation": MESSAGE.generation,
            "blockNumber": MESSAGE.block_number,
            "stateRoot": MESSAGE.state_root.to_bytes(32, "big"),
            "syncHash": MESSAGE.sync_hash,
        },
    }
    assert _hash_eip191_message(encode_typed_data(full_message=document)) == DIGEST


@pytest.mark.parametrize(
    "change",
    [{"set_epoch": 2}, {"generation": 1}, {"block_number": 3}, {"state_root": 5}, {"sync_hash": b"\1" * 32}],
)
def test_every_field_and_the_deployment_are_signed(change: dict) -> None:  # type: ignore[type-arg]
    assert replace(MESSAGE, **change).digest(DEPLOYMENT_ID) != DIGEST
    assert MESSAGE.digest(DEPLOYMENT_ID + 1) != DIGEST


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("set_epoch", 1 << 64),
        ("generation", 1 << 64),
        ("block_number", 1 << 64),
        ("state_root", FIELD_MODULUS),
        ("sync_hash", bytes(32)),
        ("sync_hash", b"\1" * 31),
    ],
)
def test_fields_have_ranges(field: str, value: object) -> None:
    with pytest.raises(FieldError) as caught:
        replace(MESSAGE, **{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field


def test_quorum_is_more_than_two_thirds() -> None:
    six = MemberSet.of(1, dict.fromkeys(range(1, 7), 1))
    assert [six.is_quorum(weight) for weight in (3, 4, 5)] == [False, False, True]
    assert check_attestation(MESSAGE, DEPLOYMENT_ID, MEMBERS, *bundle(0, 2, 3, 4)) == 4
    with pytest.raises(QuorumError, match="too little weight") as caught:
        check_attestation(MESSAGE, DEPLOYMENT_ID, MEMBERS, *bundle(0, 2, 3))
    assert (caught.value.signed, caught.value.total) == (3, 5)


def test_another_epoch_is_refused() -> None:
    with pytest.raises(QuorumError, match="epoch"):
        check_attestation(replace(MESSAGE, set_epoch=2), DEPLOYMENT_ID, MEMBERS, *bundle(0, 1, 2, 3))


def test_bundles_are_consumed_exactly() -> None:
    bitmap, signatures = bundle(0, 1, 2, 3)
    for bad_map, bad_data, reason in (
        (bitmap, signatures + bytes(64), "as many as the bitmap"),
        (bitmap, signatures[:-1], "as many as the bitmap"),
        (bitmap | 1 << 4, signatures, "as many as the bitmap"),
        (bitmap | 1 << 5, signatures + signatures[:64], "does not exist"),
        (-1, signatures, "does not exist"),
        (bitmap << 1, signatures, "member 1 is another's"),
        (bitmap, signatures[64:128] + signatures[:64] + signatures[128:], "member 0 is another's"),
        (bitmap, signatures[:64] * 4, "member 1 is another's"),
    ):
        with pytest.raises(QuorumError, match=reason):
            signed_weight(MEMBERS, DIGEST, bad_map, bad_data)
    assert signed_weight(MEMBERS, DIGEST, 0, b"") == 0


def test_a_signature_of_another_message_is_refused() -> None:
    bitmap, signatures = pack_signatures({0: signature(0, b"\1" * 32)})
    with pytest.raises(QuorumError, match="another's"):
        signed_weight(MEMBERS, DIGEST, bitmap, signatures)


def test_only_the_low_s_form_is_taken() -> None:
    good = signature(0)
    tail = int.from_bytes(good[32:], "big")
    parity, s = tail >> 255, tail & ((1 << 255) - 1)
    high = SECP256K1_ORDER - s
    assert high >= 1 << 254
    rsv = good[:32] + high.to_bytes(32, "big") + bytes([27 + (1 - parity)])
    assert compact_signature(rsv) == good
    if high < 1 << 255:
        twin = good[:32] + (((1 - parity) << 255) | high).to_bytes(32, "big")
        with pytest.raises(FieldError, match="lower half"):
            recover_member(DIGEST, twin)
        with pytest.raises(QuorumError, match="lower half"):
            signed_weight(MEMBERS, DIGEST, 1, twin)


@pytest.mark.parametrize("bad", [bytes(63), bytes(65), bytes(64), b"\xff" * 32 + b"\1" * 32])
def test_malformed_signatures_are_refused(bad: bytes) -> None:
    with pytest.raises(FieldError, match="signature"):
        recover_member(DIGEST, bad)


@pytest.mark.parametrize("bad", [bytes(64), bytes(64) + b"\x05"])
def test_compact_needs_65_bytes_and_a_parity(bad: bytes) -> None:
    with pytest.raises(FieldError, match="signature"):
        compact_signature(bad)


def test_packing_refuses_wrong_seats_and_sizes() -> None:
    with pytest.raises(FieldError, match="member index"):
        pack_signatures({128: bytes(64)})
    with pytest.raises(FieldError, match="64 bytes"):
        pack_signatures({0: bytes(65)})


def test_member_sets_are_well_formed() -> None:
    members = MEMBERS.members
    for bad, reason in (
        (members[:3], "4 to 128"),
        (tuple(Member(at, 1) for at in range(1, 130)), "4 to 128"),
        ((members[1], members[0], *members[2:]), "ascending"),
        ((members[0], members[0], *members[1:]), "ascending"),
        ((replace(members[0], weight=2), *members[1:4]), "a third"),
    ):
        with pytest.raises(FieldError, match=reason):
            MemberSet(1, bad)
    with pytest.raises(FieldError, match="epoch"):
        MemberSet(0, members)
    for make in (lambda: Member(0, 1), lambda: Member(1, 0), lambda: Member(1, 1 << 32), lambda: Member(1 << 160, 1)):
        with pytest.raises(FieldError, match="member"):
            make()
    assert MEMBERS.index_of(members[2].address) == 2
    assert MEMBERS.index_of(1) is None
