"""What to sign: a pure function of the finalised state of every chain. No proposer, no clock, no memory.

All honest nodes reach the same number without talking; a slower node signs a lower number later, which is harmless
because attestations are cumulative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from zklink.oracle.view import ChainStatus, ChainView
from zklink.protocol.attestation import Attestation


class Verdict(StrEnum):
    """Outcome of one look at all chains."""

    SIGN = "sign"
    WAIT = "wait"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One chain that disagrees with the first chain at block `number` about `what` (sync_hash or state_root)."""

    chain: int
    number: int
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`message` is set exactly when the verdict is SIGN; `reason` is one sentence for people."""

    verdict: Verdict
    reason: str
    message: Attestation | None = None
    mismatches: tuple[Mismatch, ...] = ()


def candidate(statuses: Sequence[ChainStatus], interval: int) -> int:
    """Highest checkpoint that every chain has committed and proven (0: none)."""
    through = min(min(s.committed, s.proven) for s in statuses)
    return through - through % interval


def numbers_to_read(statuses: Sequence[ChainStatus], interval: int) -> tuple[int, ...]:
    """Block numbers whose facts `decide` wants: the candidate, and the highest number every chain has committed.

    The second one only serves to find a mismatch before anything is proven.
    """
    wanted = {candidate(statuses, interval), min(s.committed for s in statuses)}
    return tuple(sorted(wanted - {0}))


def decide(views: Sequence[ChainView], chain_count: int, interval: int) -> Decision:
    """The one attestation these views allow, or why there is none.

    Raises ValueError if a chain is missing or a fact asked for by `numbers_to_read` was not read.
    """
    statuses = [view.status for view in views]
    if sorted(s.chain for s in statuses) != list(range(1, chain_count + 1)):
        raise ValueError(f"need the views of chains 1..{chain_count}, got {[s.chain for s in statuses]}")
    waiting = _not_aligned(statuses)
    if waiting:
        return Decision(Verdict.WAIT, waiting)
    mismatches = _mismatches(views, numbers_to_read(statuses, interval))
    if mismatches:  # a network whose chains disagree is not attested at any number until an abort
        first = mismatches[0]
        reason = f"chain {first.chain} disagrees about the {first.what} of block {first.number}"
        return Decision(Verdict.MISMATCH, reason, mismatches=tuple(mismatches))
    number = candidate(statuses, interval)
    if number == 0:
        return Decision(Verdict.WAIT, "no checkpoint is committed and proven on every chain yet")
    if all(s.attested >= number for s in statuses):
        return Decision(Verdict.WAIT, f"block {number} is attested on every chain")
    fact = views[0].facts[number]
    root = int.from_bytes(fact.root, "big")
    message = Attestation(statuses[0].epoch, statuses[0].generation, number, root, fact.sync_hash)
    return Decision(Verdict.SIGN, f"block {number} is committed and proven everywhere with one sync hash", message)


def _not_aligned(statuses: Sequence[ChainStatus]) -> str:
    for name in ("generation", "epoch"):
        values = {getattr(s, name) for s in statuses}
        if len(values) > 1:
            return f"chains are in different {name}s: {sorted(values)}"
    return ""


def _mismatches(views: Sequence[ChainView], numbers: Sequence[int]) -> list[Mismatch]:
    found = []
    for number in numbers:
        facts = [(view.status.chain, view.facts.get(number)) for view in views]
        missing = [chain for chain, fact in facts if fact is None]
        if missing:
            raise ValueError(f"block {number} of chains {missing} was not read")
        reference = facts[0][1]
        assert reference is not None
        for chain, fact in facts[1:]:
            assert fact is not None
            if fact.sync_hash != reference.sync_hash:
                found.append(_mismatch(chain, number, "sync_hash", reference.sync_hash, fact.sync_hash))
            elif fact.root != reference.root:
                found.append(_mismatch(chain, number, "state_root", reference.root, fact.root))
    return found


def _mismatch(chain: int, number: int, what: str, expected: bytes, found: bytes) -> Mismatch:
    return Mismatch(chain, number, what, "0x" + expected.hex(), "0x" + found.hex())
