"""What a submitted transaction must satisfy before the ledger is asked: form, kind, fee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zklink.protocol.errors import FieldError
from zklink.protocol.ops import ChangeKey, Transfer, Withdraw, op_from_json
from zklink.protocol.txhash import SignedOperation
from zklink.sequencer import errors
from zklink.sequencer.errors import ApiError, from_field


class Admission:
    """`min_fees`: token -> smallest fee (L2 amount); a token that is not in it pays no fee or cannot pay fees."""

    def __init__(self, tokens: frozenset[int], min_fees: Mapping[int, int]) -> None:
        self._tokens, self.min_fees = tokens, dict(min_fees)

    def decode(self, data: Any, eth_signature: Any = None) -> SignedOperation:
        """The operation of a submitted JSON object. Raises ApiError naming the field."""
        if isinstance(data, dict) and eth_signature is not None:
            if "eth_signature" in data:
                raise ApiError(errors.KEY_AUTH_DATA, "is given twice", "eth_signature")
            data = {**data, "eth_signature": eth_signature}
        try:
            op = op_from_json(data)
        except FieldError as error:
            raise from_field(error) from None
        if not isinstance(op, Transfer | Withdraw | ChangeKey):
            raise ApiError(errors.TX_TYPE, "must be TRANSFER, WITHDRAW or CHANGE_KEY", "type")
        if op.signature is None:
            raise ApiError(errors.L2_SIGNATURE, f"missing in {op.NAME}", "signature")
        self._check_fee(op)
        return op

    def _check_fee(self, op: SignedOperation) -> None:
        if op.token not in self._tokens:
            raise ApiError(errors.NO_TOKEN, f"token {op.token} is not listed on any chain", "token")
        if self.min_fees and op.token not in self.min_fees:
            raise ApiError(errors.FEE, f"fees are not taken in token {op.token}", "token")
        least = self.min_fees.get(op.token, 0)
        if op.fee.value < least:
            raise ApiError(errors.FEE, f"{op.fee.value} is less than {least}", "fee")
