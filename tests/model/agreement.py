"""The oracle network's agreement as a finite state machine: every step any chain, member, sequencer or bystander can take.

Small world: numbers 1..max_number, contents "a" and "b" a number, two generations, two epochs, four seats of equal weight, of
which `liars` (0 or 1, or 2 to see it break) sign whatever helps them and show it to whom they like; the rest obey the
protection rules S1-S3 and the rule of what may be signed, on views that may be arbitrarily old. The sequencer commits what it likes
on each chain. A sync hash is cumulative, so it is written as the contents up to a number: "ab" is block 1 = a, block 2 = b.

`Rules` names what the protocol relies on; each can be switched off, and then a property must fail (tests/model/test_agreement.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

ACTIVE, SETTLING, EXIT = range(3)
BEFORE, WINDOW, CLOSED = range(3)
"""Exodus seen from the members: not begun; t* to t* + 24 h; after."""
QUORUM, SEATS = 3, 4


class Chain(NamedTuple):
    """One chain's rollup and gate."""

    phase: int = ACTIVE
    generation: int = 0
    blocks: str = ""
    attested: int = 0
    executed: int = 0
    kept: int = 0
    """Highest number kept by the abort of generation 0."""
    seen: int = 0
    """Bit set of all (generation, contents) ever committed and proven here: what an old view may show."""
    cursed: bool = False
    epoch: int = 0
    grace: bool = False
    """The set before the last rotation is still good."""
    lapsed: bool = False
    """The veto member's lease ran out."""
    ejected: bool = False
    """The liar was caught here."""


class Member(NamedTuple):
    """An honest member's protection database."""

    veto: bool = False
    alive: bool = True
    attests: int = 0
    """Bit set of bundles signed."""
    aborts: int = 0
    """Bit set of numbers K of signed aborts of generation 0."""


class State(NamedTuple):
    """Everything. Chains and members are kept sorted: which is which does not matter."""

    chains: tuple[Chain, ...]
    members: tuple[Member, ...]
    accepted: int = 0
    """Bit set of bundles that some chain accepted: all their signatures are public."""
    stage: int = BEFORE


class Bundle(NamedTuple):
    """An AttestV1."""

    epoch: int
    generation: int
    contents: str

    @property
    def number(self) -> int:
        return len(self.contents)


@dataclass(frozen=True)
class Rules:
    """What the protocol relies on."""

    seal: bool = True
    """Numbers at or below the attested one are never committed again."""
    abort_by_quorum: bool = True
    """Only a quorum's AbortV1 deletes blocks (else the sequencer reverts at will, above what is executed)."""
    binds_contents: bool = True
    """A chain compares the contents, not only the number."""
    exclusion: bool = True
    """Members: S3, abort and attest of one range exclude each other."""
    settling_ignores_curses: bool = True
    settling_ignores_ejections: bool = True
    settling_keeps_last_set: bool = True
    earlier_door: bool = True
    """A chain accepts an attestation of an ended generation for blocks that the abort kept."""
    members_finish: bool = True
    """R6: before the settling time is over, live members have signed every consistent checkpoint."""
    members_release: bool = True
    """R7: when nothing can be aborted any more, S2 and S3 bind no longer (S1 always does)."""
    immediate_rotation: bool = False
    """A rotation voids the old set's signatures at once."""


@dataclass(frozen=True)
class World:
    """What may happen in one search."""

    chains: int = 2
    liars: int = 1
    max_number: int = 2
    letters: str = "ab"
    abort: bool = False
    curse: bool = False
    rotate: bool = False
    lease: bool = False
    eject: bool = False
    crash: int = 0
    """How many honest members may die."""
    exodus: bool = False
    execute: bool = False
    rules: Rules = field(default_factory=Rules)

    def start(self) -> State:
        """Nothing has happened yet."""
        honest = SEATS - self.liars
        members = tuple(Member(veto=self.lease and i == 0) for i in range(honest))
        return State((Chain(),) * self.chains, tuple(sorted(members)))

    def histories(self) -> list[str]:
        """All contents of lengths 1..max_number."""
        return ["".join(p) for n in range(1, self.max_number + 1) for p in product(self.letters, repeat=n)]


class Agreement:
    """Steps of a world: `steps(state)` yields (name, next state)."""

    def __init__(self, world: World) -> None:
        self.world, self.rules = world, world.rules
        generations, epochs = range(1 + world.abort), range(1 + world.rotate)
        self.bundles = [Bundle(e, g, h) for e in epochs for g in generations for h in world.histories()]
        self.bit = {bundle: 1 << i for i, bundle in enumerate(self.bundles)}
        self.sight = {pair: 1 << i for i, pair in enumerate(product(generations, world.histories()))}

    # ------------------------------------------------------------------------------------------ chains

    def commits(self, chain: Chain) -> Iterator[Chain]:
        """The sequencer adds a block, or, without the seal, writes one again."""
        if chain.phase != ACTIVE:
            return
        starts = [len(chain.blocks)] if self.rules.seal else range(chain.executed, len(chain.blocks) + 1)
        for start, letter in product(starts, self.world.letters):
            if start < self.world.max_number:
                yield self.shown(chain._replace(blocks=chain.blocks[:start] + letter))
        if not self.rules.abort_by_quorum:
            for start in range(chain.executed, len(chain.blocks)):
                yield chain._replace(blocks=chain.blocks[:start], attested=min(chain.attested, start))

    def shown(self, chain: Chain) -> Chain:
        """The chain after members could look at all its blocks."""
        seen = chain.seen
        for n in range(1, len(chain.blocks) + 1):
            seen |= self.sight[chain.generation, chain.blocks[:n]]
        return chain._replace(seen=seen)

    def fits(self, chain: Chain, bundle: Bundle) -> bool:
        """Whether the gate would take the bundle, if the signatures are enough."""
        if chain.phase == EXIT or bundle.number <= chain.attested or bundle.number > len(chain.blocks):
            return False
        if self.rules.binds_contents and chain.blocks[: bundle.number] != bundle.contents:
            return False
        if chain.cursed and (chain.phase == ACTIVE or not self.rules.settling_ignores_curses):
            return False
        settled = chain.phase == SETTLING and self.rules.settling_keeps_last_set and not self.rules.immediate_rotation
        if bundle.epoch != chain.epoch and not (bundle.epoch == chain.epoch - 1 and (chain.grace or settled)):
            return False
        if bundle.generation != chain.generation:
            return self.rules.earlier_door and bundle.generation < chain.generation and bundle.number <= chain.kept
        return True

    def accepts(self, chain: Chain, bundle: Bundle, signers: list[Member], liars: int) -> bool:
        """Whether the gate takes the bundle with these signatures."""
        if not self.fits(chain, bundle):
            return False
        if chain.ejected and (chain.phase == ACTIVE or not self.rules.settling_ignores_ejections):
            liars = 0
        if self.world.lease and not chain.lapsed and not any(m.veto for m in signers):
            return False
        return len(signers) + liars >= QUORUM

    def signers(self, state: State, bundle: Bundle) -> list[Member]:
        """Honest members whose signature of the bundle exists."""
        bit = self.bit[bundle]
        return [m for m in state.members if m.attests & bit]

    # ------------------------------------------------------------------------------------------ members

    def may_attest(self, state: State, member: Member, bundle: Bundle) -> bool:
        """The rule of what is signed, and the protection database."""
        if not member.alive or member.attests & self.bit[bundle]:
            return False
        sight = self.sight[bundle.generation, bundle.contents]
        if not all(chain.seen & sight for chain in state.chains):
            return False
        epochs = [chain.epoch for chain in state.chains]
        if bundle.epoch > min(epochs) or (state.stage != BEFORE and bundle.epoch != min(epochs)):
            return False
        free = self.released(state, bundle)
        for other in self.signed(member):
            if other.generation == bundle.generation and other.contents != bundle.contents:
                short, long = sorted((other.contents, bundle.contents), key=len)
                if not long.startswith(short):  # S1
                    return False
                if other.number > bundle.number and not free:  # S2
                    return False
            if other.generation > bundle.generation and not free:  # S2
                return False
        aborted = bundle.generation == 0 and any(member.aborts >> keep & 1 for keep in range(bundle.number))
        return free or not (self.rules.exclusion and aborted)  # S3

    def released(self, state: State, bundle: Bundle) -> bool:
        """R7: every chain settles with the block in place, in this generation or kept from it: no abort can delete it any more."""
        return self.rules.members_release and all(
            chain.phase == SETTLING
            and (chain.generation == bundle.generation or bundle.number <= chain.kept)
            and chain.blocks[: bundle.number] == bundle.contents
            for chain in state.chains
        )

    def signed(self, member: Member) -> list[Bundle]:
        """Bundles a member has signed."""
        return [bundle for bundle, bit in self.bit.items() if member.attests & bit]

    def may_abort(self, member: Member, keep: int) -> bool:
        """S3: nothing attested above `keep`."""
        if not member.alive or member.aborts >> keep & 1:
            return False
        if not self.rules.exclusion:
            return True
        return all(b.generation != 0 or b.number <= keep for b in self.signed(member))

    # ------------------------------------------------------------------------------------------ steps

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Every step possible in `state`."""
        world = self.world
        for i, chain in enumerate(state.chains):
            for name, moved in self.chain_steps(state, chain):
                yield name, self.put_chain(state, i, moved)
            for bundle in self.bundles:
                if self.accepts(chain, bundle, self.signers(state, bundle), world.liars):
                    moved = chain._replace(attested=bundle.number)
                    after = self.put_chain(state, i, moved)
                    yield f"deliver {bundle}", after._replace(accepted=state.accepted | self.bit[bundle])
            if world.exodus and chain.phase == ACTIVE:
                after = self.put_chain(state, i, chain._replace(phase=SETTLING))
                yield "activate", after._replace(stage=max(state.stage, WINDOW))
        yield from self.member_steps(state)
        if state.stage == WINDOW:
            yield "window closes", state._replace(stage=CLOSED)

    def chain_steps(self, state: State, chain: Chain) -> Iterator[tuple[str, Chain]]:
        """Steps of one chain alone."""
        world = self.world
        if state.stage != CLOSED:  # what is committed later is signed by nobody
            for moved in self.commits(chain):
                yield "commit", moved
        if world.execute and chain.executed < chain.attested:
            yield "execute", chain._replace(executed=chain.executed + 1)
        if chain.phase == ACTIVE:
            if world.abort and chain.generation == 0:
                for keep in range(chain.attested, world.max_number + 1):
                    if sum(m.aborts >> keep & 1 for m in state.members) + world.liars >= QUORUM:
                        moved = chain._replace(generation=1, blocks=chain.blocks[:keep], kept=keep)
                        yield f"abort {keep}", self.shown(moved)
            if world.curse:
                yield "curse or lift", chain._replace(cursed=not chain.cursed)
            if world.rotate and chain.epoch == 0:
                yield "rotate", chain._replace(epoch=1, grace=not self.rules.immediate_rotation)
            if world.rotate and chain.grace:
                yield "grace over", chain._replace(grace=False)
            if world.eject and not chain.ejected:
                yield "eject", chain._replace(ejected=True)
        if world.lease and chain.phase != EXIT and not chain.lapsed:
            yield "lapse", chain._replace(lapsed=True)
        if chain.phase == SETTLING and state.stage == CLOSED and self.may_exit(state, chain):
            yield "exit", chain._replace(phase=EXIT, executed=chain.attested if world.execute else chain.executed)

    def member_steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Signatures and deaths."""
        dead = sum(not m.alive for m in state.members)
        for i, member in enumerate(state.members):
            if i and state.members[i - 1] == member:
                continue  # its twin does the same
            for bundle in self.bundles:
                if self.may_attest(state, member, bundle):
                    yield f"sign {bundle}", self.put_member(state, i, member._replace(attests=member.attests | self.bit[bundle]))
            if self.world.abort and state.stage == BEFORE:
                for keep in range(self.world.max_number):
                    if self.may_abort(member, keep):
                        yield f"sign abort {keep}", self.put_member(state, i, member._replace(aborts=member.aborts | 1 << keep))
            if member.alive and dead < self.world.crash:
                yield "die", self.put_member(state, i, member._replace(alive=False))

    def may_exit(self, state: State, chain: Chain) -> bool:
        """The settling time is over: whatever is public was carried here, and live members have finished (R6)."""
        if self.rules.members_finish:
            ordered = sum(m.alive for m in state.members) >= QUORUM  # R6: their exodus order has reached every chain
            if ordered and any(other.phase == ACTIVE for other in state.chains):
                return False
            if any(self.may_attest(state, m, bundle) for m in state.members for bundle in self.bundles):
                return False
        patient = chain._replace(lapsed=True)  # settling takes longer than a lease
        for bundle, bit in self.bit.items():
            public = self.world.liars if state.accepted & bit else 0
            if self.accepts(patient, bundle, self.signers(state, bundle), public):
                return False
        return True

    @staticmethod
    def put_chain(state: State, index: int, chain: Chain) -> State:
        chains = [*state.chains[:index], chain, *state.chains[index + 1 :]]
        return state._replace(chains=tuple(sorted(chains)))

    @staticmethod
    def put_member(state: State, index: int, member: Member) -> State:
        members = [*state.members[:index], member, *state.members[index + 1 :]]
        return state._replace(members=tuple(sorted(members)))
