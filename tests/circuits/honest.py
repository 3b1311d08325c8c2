"""One valid step per operation as arguments of `forge`: the base that the negative cases change in one place."""

from typing import Any

from tests.circuits.forge import (
    CHANGE_KEY,
    DEPOSIT,
    EXIT_PART,
    FULL_EXIT,
    NOOP,
    TRANSFER,
    WITHDRAW,
    signer,
)
from tests.circuits.scenario import ALICE, BOB, CAROL, TOKEN, key_of

RECIPIENT = 0x2EC1
WALK = {
    "exit_active": 1, "exit_chain": 2, "exit_remaining": 40, "exit_debit": 40, "exit_token": TOKEN,
    "exit_recipient": RECIPIENT,
}  # fmt: skip
"""A walk that has come to chain 2, the last one, whose scale for TOKEN is 0."""

HONEST: dict[int, dict[str, Any]] = {
    NOOP: {},
    DEPOSIT: dict(
        chain=1, applied=1, account=2, token=TOKEN, units=7, exponent=12, ref_owner=ALICE.packed, payee=RECIPIENT
    ),
    TRANSFER: dict(
        account=2, token=TOKEN, to_account=3, to_sub=4, units=5, exponent=17, fee_mantissa=3, fee_exponent=15,
        ref_owner=BOB.packed, sign=signer(ALICE),
    ),
    WITHDRAW: dict(
        chain=1, account=2, token=TOKEN, units=9, exponent=12, fee_mantissa=3, fee_exponent=2, ratio=10_000,
        ref_owner=RECIPIENT, sign=signer(ALICE),
    ),
    FULL_EXIT: dict(
        chain=1, account=2, token=TOKEN, units=500 * 10**6, exponent=12, debit=500 * 10**18, ref_owner=ALICE.packed,
        payee=RECIPIENT,
    ),
    CHANGE_KEY: dict(
        chain=2, account=2, token=TOKEN, fee_mantissa=5, fee_exponent=10, ref_owner=ALICE.packed,
        key_x=key_of(CAROL).x, key_y=key_of(CAROL).y, sign=signer(CAROL),
    ),
    EXIT_PART: dict(chain=2, token=TOKEN, units=40, exponent=0, ref_owner=RECIPIENT, walk=WALK),
}  # fmt: skip


def honest(op: int, **changes: Any) -> dict[str, Any]:
    """Arguments of the valid step with some replaced."""
    return {"op": op, **HONEST[op], **changes}
