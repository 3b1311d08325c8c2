"""What a transition knows besides the ledger, and what it reports."""

from collections.abc import Container
from dataclasses import dataclass, field

from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.ops import Placement
from zklink.protocol.types import Owner, PublicKey
from zklink.state.effects import StepEffects


@dataclass(frozen=True, slots=True)
class KeyFact:
    """Consent to a key change that `chain` has stored (`authorise_key`, or an ERC-1271 check)."""

    chain: int
    owner: Owner
    nonce: int
    key: PublicKey


@dataclass(frozen=True, slots=True)
class Context:
    """Facts around the ledger."""

    network: Network
    listing: TokenListing
    verify: bool = True
    """False in replay: signatures, consent and our own limits of taste were settled when the block was proven."""
    facts: Container[KeyFact] = field(default_factory=frozenset)
    """Stored consents that the sequencer has seen finalised."""


NO_PLACEMENT = Placement()


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation did."""

    steps: tuple[StepEffects, ...]
    placement: Placement = NO_PLACEMENT
    created: bool = False
    """Whether a new account came to be, at `placement.account`."""
    fee_token: int = 0
    fee: int = 0
    """L2 amount, credited to account 0 at the end of the block."""
