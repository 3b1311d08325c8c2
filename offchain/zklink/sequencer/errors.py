"""Answers of the API to bad input: JSON-RPC code, message, and the field and reason behind it."""

from __future__ import annotations

from typing import Any, Final

from zklink.protocol.errors import FieldError
from zklink.state.errors import RuleViolation

NOT_JSON: Final = -32700
NOT_A_REQUEST: Final = -32600
NO_METHOD: Final = -32601
BAD_PARAMS: Final = -32602
CHAIN, ACCOUNT, SUB_ACCOUNT, TOKEN, BLOCK_RANGE, TX_TYPE, TX_FORMAT = range(100, 107)
KEY_AUTH_DATA, L1_SIGNATURE, L2_SIGNATURE = 108, 109, 110
NO_ACCOUNT, NO_TOKEN, NO_TRANSACTION, INACTIVE, NONCE, BALANCE, FEE, RESERVE = range(201, 209)
NO_BLOCK, SAME_CELL = 214, 215
TOO_MANY, INTERNAL, BUSY = 429, 500, 503


class ApiError(Exception):
    """Raised when a request cannot be served; nothing was changed."""

    def __init__(self, code: int, message: str, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.code, self.message, self.field = code, message, field

    def to_json(self) -> dict[str, Any]:
        """The `error` member of a JSON-RPC answer."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.field:
            error["data"] = {"field": self.field, "reason": self.message}
        return error


class SequencerHalted(Exception):
    """Raised when the sequencer must not go on: its journal, ledger or clock contradict each other or the chains."""


_BY_RULE: Final = {
    **dict.fromkeys(("TRF-1", "WDR-1", "CHK-1", "CHK-2"), (L2_SIGNATURE, "signature")),
    "CHK-9": (L1_SIGNATURE, "eth_signature"),
    **dict.fromkeys(("TRF-2", "WDR-2", "CHK-3"), (NONCE, "nonce")),
    **dict.fromkeys(("TRF-3", "WDR-3", "CHK-4"), (BALANCE, "amount")),
    "WDR-4": (RESERVE, "amount"),
    **dict.fromkeys(("TRF-5", "WDR-7", "CHK-5"), (ACCOUNT, "account")),
    **dict.fromkeys(("TRF-6", "TRF-7", "TRF-8"), (ACCOUNT, "to")),
    **dict.fromkeys(("WDR-10", "CHK-10"), (CHAIN, "chain")),
    "CHK-6": (ACCOUNT, "owner"),
    "TRF-11": (SAME_CELL, "to"),
    "TRF-10": (TX_FORMAT, "to"),
    "WDR-9": (TX_FORMAT, "recipient"),
    "WDR-5": (TX_FORMAT, "amount"),
    "TRF-9": (TX_FORMAT, "amount"),
}
_BY_FIELD: Final = {
    "type": TX_TYPE,
    "chain": CHAIN,
    "account": ACCOUNT,
    "to_account": ACCOUNT,
    "sub_account": SUB_ACCOUNT,
    "to_sub_account": SUB_ACCOUNT,
    "token": TOKEN,
    "signature": L2_SIGNATURE,
    "eth_signature": KEY_AUTH_DATA,
}


def from_rule(error: RuleViolation) -> ApiError:
    """The answer to a transaction that breaks a rule of its operation."""
    code, field = _BY_RULE.get(error.rule, (TX_FORMAT, "tx"))
    if code == NONCE and "does not exist" in error.reason:
        return ApiError(NO_ACCOUNT, error.reason, "account")
    if code == L2_SIGNATURE and "no L2 key" in error.reason:
        return ApiError(INACTIVE, error.reason, "account")
    return ApiError(code, f"{error.reason} ({error.rule})", field)


def from_field(error: FieldError) -> ApiError:
    """The answer to a transaction with a malformed field."""
    return ApiError(_BY_FIELD.get(error.field.split(".")[0], TX_FORMAT), error.reason, error.field)
