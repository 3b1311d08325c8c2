"""NOOP: two reads, no change (NOP-1)."""

from zklink.protocol.constants import OP_NOOP
from zklink.protocol.words import StepWords
from zklink.state.effects import StepEffects
from zklink.state.ledger import Ledger
from zklink.state.ops.common import untouched


def apply_noop(ledger: Ledger) -> StepEffects:
    """The effects of one step that does nothing."""
    read = untouched(ledger, 0)
    return StepEffects(op=OP_NOOP, a=read, b=read, words=StepWords(), root_after=ledger.root)
