"""Every signature this node accepts, its own and its peers', and the bundles they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from zklink.oracle.aggregate import Bundle, aggregate
from zklink.oracle.codec import signed_to_json
from zklink.oracle.errors import EquivocationFound, InvalidSignatureMessage
from zklink.oracle.store import SignedAttestation, Store
from zklink.protocol.attestation import Attestation, MemberSet, recover_member
from zklink.protocol.errors import FieldError
from zklink.protocol.types import address_to_hex

BLOCKS_BEHIND = 100
CHECKPOINTS_AHEAD = 10


class Accepted(StrEnum):
    """How an accepted signature stands."""

    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Window:
    """What is worth keeping now: block numbers low..high of `generation`; through `attested` nothing is missing."""

    generation: int
    attested: int
    low: int
    high: int

    @classmethod
    def around(cls, generation: int, attested: int, head: int, interval: int) -> Window:
        """attested - 100 .. head + 10 checkpoints."""
        return cls(generation, attested, max(1, attested - BLOCKS_BEHIND), head + CHECKPOINTS_AHEAD * interval)


class SignaturePool:
    """Accepts a signature in this order: window, member, epoch, cryptography, conflict; then stores it.

    `on_foreign_own` is called for a valid signature of this node's own key that this node did not release itself:
    the key is used elsewhere, or the protection database is an old copy.
    """

    def __init__(
        self,
        store: Store,
        members: MemberSet,
        deployment_id: int,
        own: int | None = None,
        on_foreign_own: Callable[[SignedAttestation], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.members = members
        self._deployment_id = deployment_id
        self._own = own
        self._on_foreign_own = on_foreign_own
        self.window: Window | None = None

    def set_window(self, window: Window) -> None:
        """Follow the chains; what falls out of the window is forgotten."""
        if window != self.window:
            self.window = window
            self.store.prune(window.generation, window.low)

    def add_own(self, item: SignedAttestation) -> None:
        """Store a signature the signer has just released."""
        self.store.add(item)

    def accept(self, item: SignedAttestation) -> Accepted:
        """Store a peer's signature. Raises InvalidSignatureMessage or EquivocationFound (both messages are kept)."""
        self._check_window(item.message)
        m = item.message
        known = self.store.of_signer(m.generation, m.block_number, item.signer)
        if item in known:
            return Accepted.KNOWN
        self._check_signature(item)
        for stored in known:
            if _content(stored.message) != _content(m):
                first, second = signed_to_json(stored), signed_to_json(item)
                self.store.add_evidence(item.signer, m.generation, m.block_number, first, second)
                if item.signer == self._own:
                    self._on_foreign_own(item)
                raise EquivocationFound(address_to_hex(item.signer), m.generation, m.block_number, first)
            if stored.message == m:
                return Accepted.KNOWN
        if item.signer == self._own:
            self._on_foreign_own(item)
        self.store.add(item)
        return Accepted.NEW

    def is_genuine(self, item: SignedAttestation) -> bool:
        """Whether the signature is its signer's, whatever the window says."""
        try:
            self._check_signature(item)
        except InvalidSignatureMessage:
            return False
        return True

    def bundle(self, generation: int, block: int) -> Bundle | None:
        """The bundle at (generation, block) of the newest epoch that has one."""
        groups: dict[Attestation, list[SignedAttestation]] = {}
        for item in self.store.at(generation, block):
            if item.message.set_epoch == self.members.epoch:
                groups.setdefault(item.message, []).append(item)
        bundles = [b for b in (aggregate(self.members, group) for group in groups.values()) if b]
        return bundles[0] if bundles else None

    def latest_bundle(self) -> Bundle | None:
        """The bundle with the highest (generation, block)."""
        for generation, block in self.store.highest():
            if found := self.bundle(generation, block):
                return found
        return None

    def _check_window(self, message: Attestation) -> None:
        window = self.window
        if window is None:
            raise InvalidSignatureMessage("message", "this node has not observed the chains yet; try again")
        if message.generation != window.generation:
            raise InvalidSignatureMessage("message.generation", f"is not the current one, {window.generation}")
        if not window.low <= message.block_number <= window.high:
            raise InvalidSignatureMessage("message.blockNumber", f"is outside {window.low}..{window.high}")

    def _check_signature(self, item: SignedAttestation) -> None:
        if self.members.index_of(item.signer) is None:
            raise InvalidSignatureMessage("signer", "is not a member of the set")
        if item.message.set_epoch != self.members.epoch:
            raise InvalidSignatureMessage("message.setEpoch", f"is not the live epoch {self.members.epoch}")
        if item.message.state_root == 0:
            raise InvalidSignatureMessage("message.stateRoot", "is zero")
        try:
            signer = recover_member(item.message.digest(self._deployment_id), item.signature)
        except FieldError as error:
            raise InvalidSignatureMessage("sig", error.reason) from error
        if signer != item.signer:
            raise InvalidSignatureMessage("sig", "is not the signer's signature of this message")


def _content(message: Attestation) -> tuple[int, bytes]:
    return message.state_root, message.sync_hash
