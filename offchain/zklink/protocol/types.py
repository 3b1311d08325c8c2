"""Sized types shared by all rooms, and the validation of records by the names of their field types."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

from eth_utils.address import to_checksum_address

from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.constants import (
    FIELD_MODULUS,
    L2_DECIMALS,
    MAX_CHAINS,
    MAX_FAST_RATIO,
    SUBGROUP_ORDER,
)
from zklink.protocol.errors import FieldError

ChainId: TypeAlias = int
"""Protocol id of a chain, 1..8 (not an EVM chain id)."""
AccountIndex: TypeAlias = int
"""Leaf of the account tree, 32 bits on the wire; the preset bounds it further."""
SubAccountIndex: TypeAlias = int
"""Sub-account of an account, 8 bits on the wire."""
TokenId: TypeAlias = int
"""Id of a token across all chains, 16 bits."""
Scale: TypeAlias = int
"""18 - decimals of the token on one chain: amount on L2 = units * 10^scale. 0..18."""
Nonce: TypeAlias = int
"""Account nonce, 32 bits."""
Units: TypeAlias = int
"""Amount in the smallest unit of the token on its chain, 128 bits."""
Amount: TypeAlias = int
"""Amount on L2, 18 decimals, 128 bits."""
FastRatio: TypeAlias = int
"""Fast-withdrawal ratio in 1/10000, 0..10000."""
Address: TypeAlias = int
"""EVM address as an integer below 2^160."""


def check_uint(field: str, value: object, limit: int, low: int = 0) -> int:
    """`value` when it is an integer with low <= value < limit. Raises FieldError naming `field`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(field, "must be an integer", value)
    if not low <= value < limit:
        raise FieldError(field, f"must be at least {low} and below {limit}", value)
    return value


def address_from_hex(field: str, text: object) -> int:
    """Integer of a 0x-prefixed address of 20 bytes. Raises FieldError."""
    if not isinstance(text, str) or len(text) != 42 or text[:2] != "0x" or not text.isalnum():
        raise FieldError(field, "must be 0x and 40 hexadecimal digits", text)
    try:
        return int.from_bytes(bytes.fromhex(text[2:]), "big")
    except ValueError:
        raise FieldError(field, "must be 0x and 40 hexadecimal digits", text) from None


def address_to_hex(address: int) -> str:
    """Check-summed hexadecimal form of an address."""
    return str(to_checksum_address(address.to_bytes(20, "big")))


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Who controls an account. Domain 0: an ordinary key; domain c (1..8): a contract wallet on chain c."""

    domain: int
    """8 bits; 255 belongs to the reserve account."""
    address: int
    """160 bits."""

    def __post_init__(self) -> None:
        check_uint("domain", self.domain, 1 << 8)
        check_uint("address", self.address, 1 << 160)

    @property
    def packed(self) -> int:
        """domain * 2^160 + address, 168 bits: the form in leaves, words and signed messages."""
        return (self.domain << 160) | self.address

    @classmethod
    def unpack(cls, packed: int) -> "Owner":
        """Inverse of `packed`. Raises FieldError above 168 bits."""
        check_uint("owner", packed, 1 << 168)
        return cls(packed >> 160, packed & ((1 << 160) - 1))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Point of Baby Jubjub, affine; (0, 0) is "no key" and verifies nothing."""

    x: int
    y: int

    def __post_init__(self) -> None:
        check_uint("key_x", self.x, FIELD_MODULUS)
        check_uint("key_y", self.y, FIELD_MODULUS)


NO_KEY: Final = PublicKey(0, 0)


@dataclass(frozen=True, slots=True)
class L2Signature:
    """EdDSA-Poseidon signature: R8 = (r8x, r8y) on Baby Jubjub, s strictly below the subgroup order."""

    r8x: int
    r8y: int
    s: int

    def __post_init__(self) -> None:
        check_uint("r8x", self.r8x, FIELD_MODULUS)
        check_uint("r8y", self.r8y, FIELD_MODULUS)
        check_uint("s", self.s, SUBGROUP_ORDER)


def _uint(limit: int, low: int = 0) -> Callable[[str, object], object]:
    return lambda field, value: check_uint(field, value, limit, low)


def _is(*kinds: type) -> Callable[[str, object], object]:
    def check(field: str, value: object) -> object:
        if not isinstance(value, kinds):
            raise FieldError(field, f"must be {' or '.join(kind.__name__ for kind in kinds)}", value)
        return value

    return check


CHECKS: Final[dict[str, Callable[[str, object], object]]] = {
    "ChainId": _uint(MAX_CHAINS + 1, low=1),  # DEP-7, WDR-10, CHK-10
    "AccountIndex": _uint(1 << 32),
    "SubAccountIndex": _uint(1 << 8),
    "TokenId": _uint(1 << 16),
    "Scale": _uint(L2_DECIMALS + 1),
    "Nonce": _uint(1 << 32),
    "Units": _uint(1 << 128),
    "Amount": _uint(1 << 128),
    "FastRatio": _uint(MAX_FAST_RATIO + 1),  # WDR-8
    "Address": _uint(1 << 160),
    "Owner": _is(Owner),
    "PublicKey": _is(PublicKey),
    "PackedAmount": _is(PackedAmount),
    "PackedFee": _is(PackedFee),
    "L2Signature | None": _is(L2Signature, type(None)),
    "bytes | None": _is(bytes, type(None)),
}
"""Width and kind check of each field type, by the name it is annotated with."""


_KINDS: Final[dict[type, tuple[tuple[str, str], ...]]] = {}


def field_kinds(record: Any) -> tuple[tuple[str, str], ...]:
    """(name, type name) of the fields of a record class, in order."""
    kinds = _KINDS.get(record)
    if kinds is None:
        kinds = _KINDS[record] = tuple((f.name, str(f.type)) for f in fields(record))
    return kinds


class Record:
    """Base of frozen dataclasses whose fields are checked by their type names (annotations kept as text)."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Checks every field. Raises FieldError naming the field."""
        for name, kind in field_kinds(type(self)):
            CHECKS[kind](name, getattr(self, name))
