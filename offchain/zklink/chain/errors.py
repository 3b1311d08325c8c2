"""Everything that can go wrong between a service and a chain."""

from __future__ import annotations


class ChainError(Exception):
    """Base of every error of this room."""


class ChainUnavailable(ChainError):
    """Raised when no endpoint of a chain answered within its deadline, after all retries."""

    def __init__(self, chain: int, method: str, cause: BaseException | None) -> None:
        super().__init__(f"chain {chain}: {method} got no answer ({type(cause).__name__ if cause else 'no endpoint'})")
        self.chain, self.method = chain, method


class WrongChain(ChainError):
    """Raised when an endpoint serves another EVM chain than the one it is configured for."""

    def __init__(self, chain: int, expected: int, found: int) -> None:
        super().__init__(f"chain {chain}: evm_chain_id is {found}, expected {expected}")
        self.chain, self.expected, self.found = chain, expected, found


class RpcError(ChainError):
    """Raised when an endpoint answers a request with a JSON-RPC error."""

    def __init__(self, chain: int, method: str, code: int, message: str, data: object = None) -> None:
        super().__init__(f"chain {chain}: {method} failed: {message} (code {code})")
        self.chain, self.method, self.code, self.message, self.data = chain, method, code, message, data


class CallReverted(RpcError):
    """Raised when a call reverts; `reason` is the contract's `room/reason` or the raw error data in hex."""

    def __init__(self, chain: int, method: str, code: int, message: str, data: object, reason: str) -> None:
        super().__init__(chain, method, code, message, data)
        self.reason = reason

    def __str__(self) -> str:
        return f"chain {self.chain}: {self.method} reverted: {self.reason or self.message}"


class NoContract(ChainError):
    """Raised when the registry names an address that holds no code."""

    def __init__(self, chain: int, name: str, address: str) -> None:
        super().__init__(f"chain {chain}: {name} has no code at {address}")
        self.chain, self.name, self.address = chain, name, address


class WrongContract(ChainError):
    """Raised when a contract's own answer contradicts the registry."""

    def __init__(self, chain: int, name: str, field: str, expected: object, found: object) -> None:
        super().__init__(f"chain {chain}: {name}.{field} is {found}, expected {expected}")
        self.chain, self.name, self.field, self.expected, self.found = chain, name, field, expected, found


class FinalityBroken(ChainError):
    """Raised when a block that counted as final is no longer part of the chain."""

    def __init__(self, chain: int, number: int, expected: str, found: str) -> None:
        super().__init__(f"chain {chain}: final block {number} was {expected}, is now {found}")
        self.chain, self.number, self.expected, self.found = chain, number, expected, found


class FeeTooHigh(ChainError):
    """Raised when the chain asks a higher fee than the policy allows."""

    def __init__(self, chain: int, asked: int, cap: int) -> None:
        super().__init__(f"chain {chain}: fee of {asked} wei per gas is above the cap of {cap}")
        self.chain, self.asked, self.cap = chain, asked, cap
