"""The end of a block: every fee token is credited once to account 0, sub-account 0 (BLK-2)."""

from collections.abc import Mapping, Sequence

from zklink.protocol.constants import FEE_ACCOUNT
from zklink.state.effects import EpilogueEffects, FeeCredit
from zklink.state.ledger import Ledger


def credit_fees(ledger: Ledger, slots: Sequence[int], fees: Mapping[int, int]) -> EpilogueEffects:
    """Credit `fees` (token -> L2 amount) in the order of the block's slots; an unused slot is token 0 with fee 0.

    The circuit updates account 0's asset tree slot by slot and its leaf once; so account_children are the siblings
    before any credit, and balance and asset_children of a slot are those after the credits of the slots before it.
    """
    before = ledger.access(FEE_ACCOUNT, 0, 0)
    credits = []
    for token in slots:
        fee = fees[token] if token else 0
        access = ledger.access(FEE_ACCOUNT, 0, token, change=fee)
        credits.append(FeeCredit(token, fee, access.balance, access.asset_children))
    return EpilogueEffects(
        credits=tuple(credits),
        owner=before.owner,
        nonce=before.nonce,
        key_x=before.key_x,
        key_y=before.key_y,
        order_root=before.order_root,
        account_children=before.account_children,
    )
