"""Invariants of the ledger. Spec: docs/spec/invariants.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from zklink.protocol.constants import MAX_CHAINS, RESERVE_ACCOUNT
from zklink.state.errors import InvariantViolation
from zklink.state.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Supply:
    """Where one token is, 18 decimals."""

    users: int = 0
    """Sum over all accounts but the reserve, fees included."""
    reserves: int = 0
    """Sum over the chains' reserves."""
    transit: int = 0
    """Sum of the shifts on their way."""


def supply_by_token(ledger: Ledger) -> dict[int, Supply]:
    """Supply of every token that anybody holds."""
    totals: dict[int, list[int]] = {}
    for index, _ in ledger.accounts():
        for sub_account, token, balance in ledger.balances(index):
            place = 0 if index != RESERVE_ACCOUNT else 1 if sub_account < MAX_CHAINS else 2
            totals.setdefault(token, [0, 0, 0])[place] += balance
    return {token: Supply(*places) for token, places in sorted(totals.items())}


def check_conservation(ledger: Ledger, pending_fees: Mapping[int, int] | None = None) -> None:
    """PRO-I1: for every token, users' balances == reserves + transit.

    `pending_fees` (token -> amount) are the fees of a block that is not closed. Raises InvariantViolation.
    """
    supply = supply_by_token(ledger)
    pending = pending_fees or {}
    for token in {*supply, *pending}:
        part = supply.get(token, Supply())
        users = part.users + pending.get(token, 0)
        if users != part.reserves + part.transit:
            raise InvariantViolation(
                "PRO-I1", f"token {token}: users {users}, reserves {part.reserves}, transit {part.transit}"
            )
