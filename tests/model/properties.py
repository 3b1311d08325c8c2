"""What must hold in every state the model reaches, and on every step. Ids: docs/spec/oracle-invariants.md."""

from __future__ import annotations

from itertools import combinations

from tests.model.agreement import EXIT, SETTLING, Agreement, Chain, State


def broken_state(model: Agreement, state: State) -> str | None:
    """The property that `state` breaks, None when all hold."""
    for chain in state.chains:
        if not chain.executed <= chain.attested <= len(chain.blocks):
            return "LON-I1"
    accepted = [bundle for bundle, bit in model.bit.items() if state.accepted & bit]
    for one, other in combinations(accepted, 2):
        short, long = sorted((one.contents, other.contents), key=len)
        if not long.startswith(short):  # stronger than asked: over generations, too
            return "LON-I6"
    for bundle in accepted:
        signers = model.signers(state, bundle)
        for chain in state.chains:
            if chain.phase == EXIT or chain.attested >= bundle.number:
                continue
            settling = chain._replace(phase=SETTLING, lapsed=True)
            if not model.accepts(settling, bundle, signers, model.world.liars):
                return "LON-I12"
    exits = {chain.blocks[: chain.attested] for chain in state.chains if chain.phase == EXIT}
    if len(exits) > 1:
        return "EXIT-ROOT"
    return None


def broken_step(before: State, after: State) -> str | None:
    """The property that a step breaks. Only one chain changes in a step; the others pair up with themselves."""
    changed = [chain for chain in after.chains if chain not in before.chains]
    origins = [chain for chain in before.chains if chain not in after.chains]
    for new in changed:
        if not any(_follows(old, new) for old in origins or before.chains):
            return _which(origins[0] if origins else before.chains[0], new)
    return None


def _follows(old: Chain, new: Chain) -> bool:
    return _which(old, new) is None


def _which(old: Chain, new: Chain) -> str | None:
    if new.attested < old.attested:
        return "LON-I2"
    if new.blocks[: old.attested] != old.blocks[: old.attested]:  # what was accepted is there for ever
        return "LON-I4" if len(new.blocks) < old.attested else "LON-I3"
    if new.generation not in (old.generation, old.generation + 1):
        return "LON-I7"
    if old.phase == EXIT and new != old:
        return "EXIT-ROOT"
    return None
