"""JSON form of operations: submitted transactions and the journal.

    {"type": "TRANSFER", "account": 2, ..., "amount": "1000", "to": {"domain": 0, "address": "0x.."},
     "signature": {"r8x": "..", "r8y": "..", "s": ".."}}

Indices and ids are JSON integers; amounts, units, fees and field elements decimal strings; addresses and bytes hex.
A packed amount that is not canonical (only in operations rebuilt from streams) is written as "123e4".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from zklink.protocol.amounts import Packed, PackedAmount, PackedFee
from zklink.protocol.errors import FieldError
from zklink.protocol.ops.base import Operation
from zklink.protocol.ops.change_key import ChangeKey
from zklink.protocol.ops.deposit import Deposit
from zklink.protocol.ops.full_exit import FullExit
from zklink.protocol.ops.noop import Noop
from zklink.protocol.ops.transfer import Transfer
from zklink.protocol.ops.withdraw import Withdraw
from zklink.protocol.types import (
    L2Signature,
    Owner,
    PublicKey,
    address_from_hex,
    address_to_hex,
    check_uint,
    field_kinds,
)

OPERATIONS: dict[str, type[Operation]] = {
    op.NAME: op for op in (Noop, Deposit, Transfer, Withdraw, FullExit, ChangeKey)
}
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,77})", re.ASCII)
_RAW_PACKED = re.compile(r"([0-9]{1,11})e([0-9]{1,2})", re.ASCII)
_PackedT = TypeVar("_PackedT", bound=Packed)


def decimal_from_json(field: str, value: object) -> int:
    """Integer of a canonical decimal string. Raises FieldError."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise FieldError(field, "must be a decimal string", value)
    return int(value)


def _object(field: str, value: object, *names: str) -> list[Any]:
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise FieldError(field, f"must be an object with exactly {', '.join(names)}", value)
    return [value[name] for name in names]


def _packed(kind: type[_PackedT]) -> Callable[[str, object], _PackedT]:
    def decode(field: str, value: object) -> _PackedT:
        raw = _RAW_PACKED.fullmatch(value) if isinstance(value, str) else None
        if raw is None:
            return kind.of(decimal_from_json(field, value))
        packed = kind(int(raw[1]), int(raw[2]))
        if packed.canonical:
            raise FieldError(field, "must be a decimal string", value)
        return packed

    return decode


def _integer(field: str, value: object) -> int:
    return check_uint(field, value, 1 << 32)


def _owner(field: str, value: object) -> Owner:
    domain, address = _object(field, value, "domain", "address")
    return Owner(check_uint(f"{field}.domain", domain, 1 << 8), address_from_hex(f"{field}.address", address))


def _public_key(field: str, value: object) -> PublicKey:
    x, y = _object(field, value, "x", "y")
    return PublicKey(decimal_from_json(f"{field}.x", x), decimal_from_json(f"{field}.y", y))


def _signature(field: str, value: object) -> L2Signature | None:
    if value is None:
        return None
    parts = _object(field, value, "r8x", "r8y", "s")
    return L2Signature(
        *(decimal_from_json(f"{field}.{name}", part) for name, part in zip(("r8x", "r8y", "s"), parts, strict=True))
    )


def _bytes(field: str, value: object) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"0x([0-9a-fA-F]{2})*", value, re.ASCII):
        raise FieldError(field, "must be 0x and hexadecimal digits", value)
    return bytes.fromhex(value[2:])


_DECODE: dict[str, Callable[[str, object], object]] = {
    **dict.fromkeys(("ChainId", "AccountIndex", "SubAccountIndex", "TokenId", "Scale", "Nonce", "FastRatio"), _integer),
    **dict.fromkeys(("Units", "Amount"), decimal_from_json),
    "Address": address_from_hex,
    "Owner": _owner,
    "PublicKey": _public_key,
    "PackedAmount": _packed(PackedAmount),
    "PackedFee": _packed(PackedFee),
    "L2Signature | None": _signature,
    "bytes | None": _bytes,
}


def _encode(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind in ("Units", "Amount"):
        return str(value)
    if kind == "Address":
        return address_to_hex(value)
    if isinstance(value, Owner):
        return {"domain": value.domain, "address": address_to_hex(value.address)}
    if isinstance(value, PublicKey):
        return {"x": str(value.x), "y": str(value.y)}
    if isinstance(value, L2Signature):
        return {"r8x": str(value.r8x), "r8y": str(value.r8y), "s": str(value.s)}
    if isinstance(value, Packed):
        return str(value.value) if value.canonical else f"{value.mantissa}e{value.exponent}"
    return "0x" + value.hex() if isinstance(value, bytes) else value


def op_to_json(op: Operation) -> dict[str, Any]:
    """JSON object of an operation. Optional fields that are None are left out."""
    values = ((name, _encode(kind, getattr(op, name))) for name, kind in field_kinds(type(op)))
    return {"type": op.NAME, **{name: value for name, value in values if value is not None}}


def op_from_json(data: object, *, stored: bool = False) -> Operation:
    """Inverse of `op_to_json`. Raises FieldError naming the first bad, unknown or missing field.

    `stored`: from our own journal, where packed amounts need not be canonical; a submitted one must be.
    """
    if not isinstance(data, Mapping):
        raise FieldError("operation", "must be an object", data)
    kind = OPERATIONS.get(data.get("type", "")) if isinstance(data.get("type"), str) else None
    if kind is None:
        raise FieldError("type", f"must be one of {', '.join(OPERATIONS)}", data.get("type"))
    kinds = dict(field_kinds(kind))
    for name in data:
        if name != "type" and name not in kinds:
            raise FieldError(str(name), f"unknown field of {kind.NAME}")
    optional = {f.name for f in fields(kind) if f.default is not MISSING}  # type: ignore[arg-type]
    values = {}
    for name, type_name in kinds.items():
        if name in data:
            value = _DECODE[type_name](name, data[name])
            if isinstance(value, Packed) and not value.canonical and not stored:
                raise FieldError(name, "not in canonical packed form", data[name])
            values[name] = value
        elif name not in optional:
            raise FieldError(name, f"missing in {kind.NAME}")
    return kind(**values)
