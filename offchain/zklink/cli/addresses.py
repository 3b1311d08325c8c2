"""Addresses as users type them."""

from __future__ import annotations

from eth_utils.address import is_address, is_checksum_address, to_checksum_address

from zklink.sdk.errors import InputError


def parse_address(text: str, field: str = "address") -> str:
    """Checksum form of an address. Raises InputError, also for a mistyped checksum."""
    if not text.startswith("0x") or not is_address(text):
        raise InputError(field, f"{text!r} is not an address (0x and 40 hexadecimal digits)")
    if text[2:] not in (text[2:].lower(), text[2:].upper()) and not is_checksum_address(text):
        raise InputError(field, f"{text} has a wrong checksum; a letter may be mistyped")
    return str(to_checksum_address(text))


def parse_hash(text: str) -> str:
    """A transaction hash in lower case. Raises InputError."""
    body = text.lower().removeprefix("0x")
    if len(body) != 64 or any(c not in "0123456789abcdef" for c in body):
        raise InputError("hash", f"{text!r} is not a transaction hash (0x and 64 hexadecimal digits)")
    return "0x" + body
