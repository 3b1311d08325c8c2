"""FULL_EXIT: one walk over the chains' reserves, one step for each chain visited. Spec: operations/full_exit.md."""

from dataclasses import dataclass

from zklink.protocol.amounts import scale_down, scale_up
from zklink.protocol.constants import RESERVE_ACCOUNT, reserve_sub_account
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import ExitPart, FullExit, exit_chain_order
from zklink.state.context import Applied, Context
from zklink.state.effects import StepEffects
from zklink.state.ledger import Ledger
from zklink.state.ops.common import check_account_index, check_chain, check_not_reserve, untouched


@dataclass(frozen=True, slots=True)
class ExitStep:
    """What one visited chain pays."""

    chain: int
    scale: int
    units: int
    """In the chain's own units, rounded down (FEX-4)."""
    silent: bool
    """Nothing remained or the chain holds nothing: a later step then has no words for the chain."""

    @property
    def amount(self) -> int:
        """L2 amount of the part."""
        return scale_up(self.units, self.scale)


def check_full_exit(ledger: Ledger, op: FullExit, context: Context) -> None:
    """What the chain must have refused already. Raises FieldError or RuleViolation: no block can include it."""
    check_chain(context, "FEX-3", op.chain)
    check_not_reserve("FEX-1", op.account)
    check_account_index(ledger, "account", op.account)
    ledger.preset.asset_index(op.sub_account, op.token)
    if context.listing.scale(op.token, op.chain) != op.scale:
        raise FieldError("scale", f"the list of chain {op.chain} says otherwise", op.scale)


def plan_full_exit(ledger: Ledger, op: FullExit, context: Context) -> tuple[ExitStep, ...]:
    """The walk: asked chain first, then 1..chain_count, until nothing remains (FEX-3, FEX-6). Changes nothing."""
    account = ledger.account(op.account)
    owned = account is not None and account.owner == op.owner  # FEX-2
    remaining = ledger.balance(op.account, op.sub_account, op.token) if owned else 0
    paid: dict[int, int] = {}
    steps = []
    for chain in exit_chain_order(op.chain, context.network.chain_count):
        reserve = ledger.reserve(chain, op.token) - paid.get(chain, 0)
        listed = context.listing.is_listed(op.token, chain)
        # A chain that does not list the token holds none of it; its scale is written as 0 and never meets the chain.
        scale = context.listing.scale(op.token, chain) if listed or reserve else 0
        part = ExitStep(chain, scale, scale_down(min(remaining, reserve), scale), min(remaining, reserve) == 0)
        steps.append(part)
        paid[chain] = paid.get(chain, 0) + part.amount
        remaining -= part.amount
        if not remaining:
            break
    return tuple(steps)


def apply_full_exit(ledger: Ledger, op: FullExit, context: Context) -> Applied:
    """One step, and one EXIT_PART step for each further chain visited (FEX-8: they follow one another)."""
    check_full_exit(ledger, op, context)
    first, *rest = plan_full_exit(ledger, op, context)
    debit = first.amount + sum(part.amount for part in rest)  # FEX-5
    a = ledger.access(op.account, op.sub_account, op.token, change=-debit)  # FEX-7
    b = ledger.access(RESERVE_ACCOUNT, reserve_sub_account(op.chain), op.token, change=-first.amount)
    head = StepEffects(
        op=op.CODE,
        a=a,
        b=b,
        words=op.step_words(first.units),
        root_after=ledger.root,
        chain=op.chain,
        account=op.account,
        sub=op.sub_account,
        token=op.token,
        units=first.units,
        exponent=op.scale,
        ref_owner=op.owner.packed,
        payee=op.recipient,
        debit=debit,
    )
    return Applied((head, *(_apply_part(ledger, op, part) for part in rest)))


def _apply_part(ledger: Ledger, op: FullExit, part: ExitStep) -> StepEffects:
    a = untouched(ledger, op.token)
    b = ledger.access(RESERVE_ACCOUNT, reserve_sub_account(part.chain), op.token, change=-part.amount)
    words = ExitPart(part.chain, op.token, part.scale, op.recipient, part.units)  # FEX-9
    return StepEffects(
        op=ExitPart.CODE,
        a=a,
        b=b,
        words=words.step_words(silent=part.silent),
        root_after=ledger.root,
        chain=part.chain,
        token=op.token,
        units=part.units,
        exponent=part.scale,
        ref_owner=op.recipient,
    )
