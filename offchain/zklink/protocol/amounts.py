"""Packed amounts and the scale between a chain's units and L2 amounts.

    amount  mantissa 35 bits || exponent 5 bits  = 5 bytes
    fee     mantissa 11 bits || exponent 5 bits  = 2 bytes

value = mantissa * 10^exponent. The canonical form of a value has the smallest exponent.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zklink.protocol.constants import BALANCE_LIMIT
from zklink.protocol.errors import FieldError, NotPackable

EXPONENT_BITS = 5


@dataclass(frozen=True, slots=True)
class Packed:
    """A value as mantissa and decimal exponent; below 2^128."""

    NAME: ClassVar[str] = "packed"
    MANTISSA_BITS: ClassVar[int] = 0

    mantissa: int
    exponent: int

    def __post_init__(self) -> None:
        if not 0 <= self.mantissa < 1 << self.MANTISSA_BITS:
            raise FieldError(self.NAME, f"mantissa must be below 2^{self.MANTISSA_BITS}", self.mantissa)
        if not 0 <= self.exponent < 1 << EXPONENT_BITS:
            raise FieldError(self.NAME, f"exponent must be below 2^{EXPONENT_BITS}", self.exponent)
        if self.value >= BALANCE_LIMIT:
            raise FieldError(self.NAME, "must be below 2^128", self.value)

    @property
    def value(self) -> int:
        """mantissa * 10^exponent, L2 amount."""
        return self.mantissa * int(10**self.exponent)

    @property
    def code(self) -> int:
        """mantissa || exponent, the form in words and signed messages."""
        return (self.mantissa << EXPONENT_BITS) | self.exponent

    @property
    def canonical(self) -> bool:
        """True for the form `of` gives: no smaller exponent holds the value."""
        return type(self).of(self.value) == self

    @classmethod
    def of(cls, value: int) -> Self:
        """Canonical packed form of `value`. Raises NotPackable when there is no exact one."""
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < BALANCE_LIMIT:
            raise NotPackable(cls.NAME, "must be an integer of 128 bits", value)
        mantissa, exponent = value, 0
        while mantissa >> cls.MANTISSA_BITS:
            mantissa, rest = divmod(mantissa, 10)
            exponent += 1
            if rest or exponent >> EXPONENT_BITS:
                raise NotPackable(cls.NAME, f"does not fit {cls.MANTISSA_BITS} bits times a power of ten", value)
        return cls(mantissa, exponent)

    @classmethod
    def floor(cls, value: int) -> Self:
        """Canonical packed form of the largest packable number not above `value` (0 <= value < 2^128)."""
        exponent, largest = 0, (1 << cls.MANTISSA_BITS) - 1
        while value // int(10**exponent) > largest and exponent < (1 << EXPONENT_BITS) - 1:
            exponent += 1
        found = min(value // int(10**exponent), largest) * int(10**exponent)
        if exponent:  # the finest step below may reach higher, and holds round numbers in its own form
            found = max(found, largest * int(10 ** (exponent - 1)))
        return cls.of(found)

    @classmethod
    def decode(cls, code: int, *, strict: bool = False) -> Self:
        """Inverse of `code`. `strict` refuses forms that are not canonical. Raises FieldError."""
        packed = cls(code >> EXPONENT_BITS, code & ((1 << EXPONENT_BITS) - 1))
        if strict and not packed.canonical:
            raise FieldError(cls.NAME, "not in canonical packed form", code)
        return packed


@dataclass(frozen=True, slots=True)
class PackedAmount(Packed):
    """Amount of a transfer: 35-bit mantissa, 5-bit exponent, 5 bytes."""

    NAME: ClassVar[str] = "amount"
    MANTISSA_BITS: ClassVar[int] = 35


@dataclass(frozen=True, slots=True)
class PackedFee(Packed):
    """Fee: 11-bit mantissa, 5-bit exponent, 2 bytes."""

    NAME: ClassVar[str] = "fee"
    MANTISSA_BITS: ClassVar[int] = 11


def scale_up(units: int, scale: int) -> int:
    """L2 amount of `units` of a chain: units * 10^scale, exact. Units of 128 bits, scale 0..18."""
    return units * int(10**scale)


def scale_exact(amount: int, scale: int) -> int:
    """Units of a chain for an L2 amount. Raises NotPackable on a remainder below one unit (WDR-5)."""
    units, rest = divmod(amount, int(10**scale))
    if rest:
        raise NotPackable("amount", f"has a remainder below one unit of 10^{scale}", amount)
    return units


def scale_down(amount: int, scale: int) -> int:
    """Whole units of a chain in an L2 amount, rounded down (FEX-4); the dust stays on L2."""
    return amount // int(10**scale)
