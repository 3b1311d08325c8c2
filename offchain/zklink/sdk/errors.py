"""Errors a user of the SDK sees; every message says what is wrong and what to do next."""

from __future__ import annotations


class SdkError(Exception):
    """Base of every error of this room."""


class WalletError(SdkError):
    """Raised when no usable key is given, or a keystore or passphrase cannot be read."""


class InputError(SdkError):
    """Raised when a value the user gave is not usable; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ApiUnreachable(SdkError):
    """Raised when the sequencer's API does not answer."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"the API at {url} does not answer ({reason}); is the sequencer running, is --api right?")
        self.url = url


class ApiError(SdkError):
    """Raised when the API answers with a JSON-RPC error; `code` as in the API's table."""

    def __init__(self, method: str, code: int, message: str, data: object = None) -> None:
        super().__init__(f"{method}: {message} (code {code})")
        self.method = method
        self.code = code
        self.message = message
        self.data = data


class BridgeError(SdkError):
    """Raised when a transaction on a chain would fail or has failed; nothing else was sent."""


class WaitTimeout(SdkError):
    """Raised when an operation has not reached the wanted stage in time; it goes on without us."""
