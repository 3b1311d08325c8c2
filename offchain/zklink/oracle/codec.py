"""JSON forms of the node's HTTP API. Hex is 0x-prefixed; numbers are JSON integers."""

from __future__ import annotations

import re
from typing import Any

from zklink.oracle.errors import InvalidSignatureMessage
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, MemberSet
from zklink.protocol.errors import FieldError
from zklink.protocol.hashing import u256
from zklink.protocol.oracle_messages import Abort, Rotate
from zklink.protocol.types import address_to_hex

SCHEME = "ecdsa-secp256k1"
_FIELDS = {"setEpoch", "generation", "blockNumber", "stateRoot", "syncHash"}
_HEX = re.compile(r"0x[0-9a-fA-F]*", re.ASCII)
MAX_NUMBER = 2**63 - 1


def message_to_json(message: Attestation) -> dict[str, Any]:
    """The five fields under the names of the EIP-712 type."""
    return {
        "setEpoch": message.set_epoch,
        "generation": message.generation,
        "blockNumber": message.block_number,
        "stateRoot": "0x" + u256(message.state_root).hex(),
        "syncHash": "0x" + message.sync_hash.hex(),
    }


def signed_to_json(item: SignedAttestation) -> dict[str, Any]:
    """Body of POST /v1/signatures."""
    return {
        "message": message_to_json(item.message),
        "signer": address_to_hex(item.signer),
        "sig": "0x" + item.signature.hex(),
        "scheme": SCHEME,
    }


def signed_from_json(body: object) -> SignedAttestation:
    """Inverse of `signed_to_json`. Raises InvalidSignatureMessage naming the first bad field."""
    values = _object("body", body, {"message", "signer", "sig", "scheme"})
    if values["scheme"] != SCHEME:
        raise InvalidSignatureMessage("scheme", f"must be {SCHEME}")
    message = message_from_json(values["message"])
    signer = int.from_bytes(_bytes("signer", values["signer"], 20), "big")
    return SignedAttestation(message, signer, _bytes("sig", values["sig"], 64))


def message_from_json(body: object) -> Attestation:
    """Inverse of `message_to_json`. Raises InvalidSignatureMessage."""
    fields = _object("message", body, _FIELDS)
    try:
        return Attestation(
            set_epoch=_number("message.setEpoch", fields["setEpoch"]),
            generation=_number("message.generation", fields["generation"]),
            block_number=_number("message.blockNumber", fields["blockNumber"]),
            state_root=int.from_bytes(_bytes("message.stateRoot", fields["stateRoot"], 32), "big"),
            sync_hash=_bytes("message.syncHash", fields["syncHash"], 32),
        )
    except FieldError as error:
        raise InvalidSignatureMessage(f"message.{error.field}", error.reason) from error


def abort_from_json(body: object) -> Abort:
    """AbortV1 without newGeneration, which follows. Raises InvalidSignatureMessage."""
    fields = _object("message", body, {"setEpoch", "generation", "keepThrough", "reason"})
    try:
        return Abort(
            set_epoch=_number("message.setEpoch", fields["setEpoch"]),
            generation=_number("message.generation", fields["generation"]),
            keep_through=_number("message.keepThrough", fields["keepThrough"]),
            reason=_bytes("message.reason", fields["reason"], 32),
        )
    except FieldError as error:
        raise InvalidSignatureMessage(f"message.{error.field}", error.reason) from error


def rotate_from_json(body: object) -> Rotate:
    """RotateV1 without toEpoch, which follows. Raises InvalidSignatureMessage."""
    fields = _object("message", body, {"fromEpoch", "setHash", "activateAt", "immediate"})
    if not isinstance(fields["immediate"], bool):
        raise InvalidSignatureMessage("message.immediate", "must be true or false")
    try:
        return Rotate(
            from_epoch=_number("message.fromEpoch", fields["fromEpoch"]),
            set_hash=_bytes("message.setHash", fields["setHash"], 32),
            activate_at=_number("message.activateAt", fields["activateAt"]),
            immediate=fields["immediate"],
        )
    except FieldError as error:
        raise InvalidSignatureMessage(f"message.{error.field}", error.reason) from error


def set_to_json(members: MemberSet) -> dict[str, Any]:
    """GET /v1/set/{epoch}: members in seat order."""
    return {
        "epoch": members.epoch,
        "totalWeight": members.total_weight,
        "members": [{"address": address_to_hex(m.address), "weight": m.weight} for m in members.members],
    }


def _object(field: str, value: object, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidSignatureMessage(field, "must be an object")
    if set(value) != names:
        wrong = sorted(set(value) ^ names)
        raise InvalidSignatureMessage(field, f"missing or unknown: {', '.join(map(str, wrong))[:80]}")
    return value


def _number(field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_NUMBER:
        raise InvalidSignatureMessage(field, "must be an integer from 0 to 2^63-1")
    return value


def _bytes(field: str, value: object, length: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 + 2 * length or not _HEX.fullmatch(value):
        raise InvalidSignatureMessage(field, f"must be 0x and {2 * length} hexadecimal digits")
    return bytes.fromhex(value[2:])
