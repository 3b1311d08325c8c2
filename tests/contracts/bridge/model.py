"""What the bridge must compute, written down a second time."""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils import keccak, to_canonical_address

DEPOSIT, FULL_EXIT = 1, 5


@dataclass(frozen=True, slots=True)
class Request:
    """A priority request; addresses as text, units in the token's own unit."""

    op: int
    account: int
    sub_account: int
    token_id: int
    scale: int
    domain: int
    owner: str
    units: int
    payee: str

    def packed(self) -> bytes:
        widths = ((self.op, 1), (self.account, 4), (self.sub_account, 1), (self.token_id, 2), (self.scale, 1))
        head = b"".join(value.to_bytes(width, "big") for value, width in (*widths, (self.domain, 1)))
        return (
            head + to_canonical_address(self.owner) + self.units.to_bytes(16, "big") + to_canonical_address(self.payee)
        )

    def hash(self) -> bytes:
        """32 bytes, the first eight zero."""
        return bytes(8) + keccak(self.packed())[:24]


def digest(requests: list[Request]) -> bytes:
    fold = bytes(32)
    for request in requests:
        fold = keccak(fold + request.hash())
    return fold


def fee(base: int, open_requests: int) -> int:
    """wei"""
    return base * (1 + open_requests // 64) ** 2
