"""What stops a relayer on one chain until somebody looks."""

from __future__ import annotations


class RelayerError(Exception):
    """Base of every error of this room."""


class ForeignNonce(RelayerError):
    """Raised when somebody else used the hot key: its nonces are no longer ours alone."""

    def __init__(self, chain: int, sender: str, nonce: int) -> None:
        super().__init__(
            f"chain {chain}: nonce {nonce} of {sender} was used by a transaction that is not in the outbox"
        )
        self.chain, self.sender, self.nonce = chain, sender, nonce


class Diverged(RelayerError):
    """Raised when a chain holds another block than the journal under the same number."""

    def __init__(self, chain: int, number: int, field: str) -> None:
        super().__init__(f"chain {chain}: block {number} there differs from the journal in {field}")
        self.chain, self.number, self.field = chain, number, field


class BadBundle(RelayerError):
    """Raised when an oracle node serves a bundle that does not verify."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"bundle from {source}: {reason}")
        self.source, self.reason = source, reason
