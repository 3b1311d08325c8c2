"""One thing to do on one chain, before it has a nonce."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """Calldata that takes blocks first..through of `kind` one stage further."""

    kind: str
    first: int
    through: int
    to: str
    data: bytes
