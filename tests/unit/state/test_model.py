"""The ledger against the independent model (PRO-I5), every block replayed (PRO-I4), detours undone (PRO-I3)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.actors import ALICE, BOB, CAROL, FEE_ADDRESS, LISTING, NETWORK, ONE, new_context, new_ledger
from tests.support.ledgers import inner_state
from tests.support.model import Model, Refused
from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Deposit, FullExit, Operation
from zklink.protocol.types import Owner
from zklink.state.builder import BlockBuilder
from zklink.state.context import Applied
from zklink.state.errors import FeeTokensFull, RuleViolation
from zklink.state.invariants import check_conservation
from zklink.state.replay import replay_block

actors = st.sampled_from([ALICE, BOB, CAROL])
owners = st.sampled_from(
    [ALICE.owner, BOB.owner, CAROL.owner, Owner(2, ALICE.address), Owner(0, 99), Owner(0, FEE_ADDRESS)]
)
accounts = st.integers(0, 7)
subs = st.integers(0, 2)
chains = st.integers(1, 3)
tokens = st.sampled_from([1, 1, 1, 2, 3])
amounts = st.sampled_from([0, 1, 10**12, 10**17, ONE, 7 * ONE, 50 * ONE]).map(PackedAmount.of)
fees = st.sampled_from([0, 0, 1, 10**15]).map(PackedFee.of)
slips = st.sampled_from([0, 0, 0, 0, 0, 1])
units = st.sampled_from([0, 1, 5, 10**6, 10**8, ONE, 60 * ONE, 1 << 120, (1 << 128) - 1])


class LedgerMachine(RuleBasedStateMachine):
    """Every step happens on the ledger and on the model; both must agree on result and state."""

    @initialize()
    def begin(self) -> None:
        self.ledger, self.copy = new_ledger(), new_ledger()
        self.model = Model((0, FEE_ADDRESS), {t: dict(c) for t, c in LISTING.decimals.items()}, NETWORK.chain_count)
        self.number = 0
        self._open()
        # Alice 2 and Bob 3 begin with money of both shared tokens and a key, so that most operations succeed.
        for index, actor in ((2, ALICE), (3, BOB)):
            for chain in (1, 2):
                for token in (1, 2):
                    self._deposit(actor, actor.owner, chain, 0, token, 80 * 10 ** LISTING.decimals[token][chain])
            self._change_key(actor, index, 0, PackedFee.of(0), 1)

    def _open(self) -> None:
        self.builder = BlockBuilder(self.ledger, new_context(), capacity=64)

    def _both(self, op: Operation, act: Callable[[], Any]) -> tuple[Applied, Any] | None:
        if self.builder.steps_left < 4:
            self.end_block()
        before = inner_state(self.ledger)
        try:
            applied = self.builder.add(op)
        except FeeTokensFull:
            self.end_block()
            return self._both(op, act)
        except (RuleViolation, FieldError) as error:
            assert inner_state(self.ledger) == before
            try:
                act()
            except Refused:
                return None
            raise AssertionError(f"the model accepts what the ledger refuses: {error}") from error
        return applied, act()

    def _nonce(self, account: int, slip: int) -> int:
        leaf = self.ledger.account(account)
        return (leaf.nonce if leaf else 0) + slip

    @rule(actor=actors, owner=owners, chain=chains, sub=subs, token=tokens, units=units)
    def deposit(self, actor: Any, owner: Owner, chain: int, sub: int, token: int, units: int) -> None:
        self._deposit(actor, owner, chain, sub, token, units)

    def _deposit(self, actor: Any, owner: Owner, chain: int, sub: int, token: int, units: int) -> None:
        if not LISTING.is_listed(token, chain):
            return
        op = Deposit(chain, owner, sub, token, LISTING.scale(token, chain), units, actor.address)
        result = self._both(op, lambda: self.model.deposit(chain, (owner.domain, owner.address), sub, token, units))
        assert result is not None
        applied, account = result
        assert (applied.placement.account if applied.placement.applied else None) == account

    @rule(actor=actors, account=accounts, slip=slips, fee=fees, token=tokens)
    def change_key(self, actor: Any, account: int, slip: int, fee: PackedFee, token: int) -> None:
        self._change_key(actor, account, slip, fee, token)

    def _change_key(self, actor: Any, account: int, slip: int, fee: PackedFee, token: int) -> None:
        nonce = self._nonce(account, slip)
        op = actor.change_key(account, nonce, fee=fee.value, token=token)
        key = (actor.key.x, actor.key.y)
        self._both(op, lambda: self.model.change_key(account, 0, token, fee.value, nonce, (0, actor.address), key))

    @rule(
        actor=actors,
        account=accounts,
        sub=subs,
        token=tokens,
        amount=amounts,
        fee=fees,
        slip=slips,
        to=owners,
        to_sub=subs,
    )
    def transfer(
        self, actor: Any, account: int, sub: int, token: int, amount: Any, fee: Any, slip: int, to: Owner, to_sub: int
    ) -> None:
        nonce = self._nonce(account, slip)
        op = actor.transfer(account, nonce, to, amount.value, fee=fee.value, token=token, sub=sub, to_sub=to_sub)
        key, target = (actor.key.x, actor.key.y), (to.domain, to.address)
        result = self._both(
            op, lambda: self.model.transfer(account, sub, token, amount.value, fee.value, nonce, target, to_sub, key)
        )
        if result:
            assert result[0].placement.account == result[1]

    @rule(actor=actors, account=accounts, sub=subs, token=tokens, chain=chains, amount=amounts, fee=fees, slip=slips)
    def withdraw(
        self, actor: Any, account: int, sub: int, token: int, chain: int, amount: Any, fee: Any, slip: int
    ) -> None:
        nonce = self._nonce(account, slip)
        op = actor.withdraw(account, nonce, chain, amount.value, fee=fee.value, token=token, sub=sub)
        key = (actor.key.x, actor.key.y)
        result = self._both(
            op,
            lambda: self.model.withdraw(account, sub, token, chain, amount.value, fee.value, nonce, actor.address, key),
        )
        if result:
            assert result[0].steps[0].units == result[1]

    @rule(owner=owners, account=accounts, sub=subs, token=tokens, chain=chains)
    def full_exit(self, owner: Owner, account: int, sub: int, token: int, chain: int) -> None:
        if not LISTING.is_listed(token, chain):
            return
        op = FullExit(chain, account, sub, token, LISTING.scale(token, chain), owner, 77)
        named = (owner.domain, owner.address)
        result = self._both(op, lambda: self.model.full_exit(chain, account, sub, token, named))
        if result:
            paid: dict[int, int] = {}
            for step in result[0].steps:
                paid[step.chain] = paid.get(step.chain, 0) + step.units
            assert {at: units for at, units in paid.items() if units} == result[1]

    @rule()
    def end_block(self) -> None:
        self.number += 1
        shape = replace(NETWORK.preset.shape(1), steps=64)
        block, _ = self.builder.seal(self.number, self.number, shape, self.builder.old_root)
        self.ledger.commit()
        self.model.end_of_block()
        replay_block(self.copy, new_context(), block.header, block.streams)
        self.copy.commit()
        assert inner_state(self.copy) == inner_state(self.ledger)
        self._open()

    @rule()
    def abandon_a_detour(self) -> None:
        """Operations that are undone leave no trace."""
        before, mark = inner_state(self.ledger), self.ledger.snapshot()
        detour = BlockBuilder(self.ledger, new_context(), capacity=64)
        detour.add(CAROL.deposit(1, ONE))
        detour.add(ALICE.full_exit(2, 2))
        detour.abandon()
        assert self.ledger.snapshot() == mark
        assert inner_state(self.ledger) == before

    @invariant()
    def same_state(self) -> None:
        money = {
            (index, sub, token): balance
            for index, _ in self.ledger.accounts()
            for sub, token, balance in self.ledger.balances(index)
        }
        assert money == self.model.money
        assert {
            index: {"owner": (a.owner.domain, a.owner.address), "nonce": a.nonce, "key": (a.key.x, a.key.y)}
            for index, a in self.ledger.accounts()
        } == self.model.accounts
        assert {token: fee for token, fee in self.builder.fees.items() if fee} == self.model.fees
        check_conservation(self.ledger, self.builder.fees)


TestLedgerAgainstModel = LedgerMachine.TestCase
TestLedgerAgainstModel.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
