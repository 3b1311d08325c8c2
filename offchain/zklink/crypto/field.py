"""The field of circuits and values in it."""

from typing import Final

from zklink_native import BASE8, FIELD_ORDER, SUBGROUP_ORDER

__all__ = ["BASE8", "ELEMENT_BYTES", "FIELD_ORDER", "SUBGROUP_ORDER", "from_bytes", "is_element", "to_bytes"]

ELEMENT_BYTES: Final = 32


def is_element(value: int) -> bool:
    """Whether `value` is in [0, FIELD_ORDER)."""
    return 0 <= value < FIELD_ORDER


def to_bytes(value: int) -> bytes:
    """32 bytes, big-endian. Raises ValueError for a value outside [0, FIELD_ORDER)."""
    if not is_element(value):
        raise ValueError(f"value: {value} is not in [0, FIELD_ORDER)")
    return value.to_bytes(ELEMENT_BYTES, "big")


def from_bytes(data: bytes) -> int:
    """Inverse of `to_bytes`. Raises ValueError for another length or a value not below FIELD_ORDER."""
    if len(data) != ELEMENT_BYTES:
        raise ValueError(f"data: {len(data)} bytes, want {ELEMENT_BYTES}")
    value = int.from_bytes(data, "big")
    if not is_element(value):
        raise ValueError("data: not below FIELD_ORDER")
    return value
