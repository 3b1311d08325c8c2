# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Bonds: what oracle members stand to lose, on the home chain
@notice Anyone brings evidence: two contradicting signatures (E1-E3) need no trust in anybody and cost the whole bond at once; what this
        chain sealed or has not proven yet (E4, E5) is read from its rollup. Spec: docs/spec/contracts/bonds.md.
@dev Bonds -> Rollup, OracleGate (both only read), the bond token; no arrow back. Ejection is the gate's own, by the same evidence.
"""
from ethereum.ercs import IERC20

from contracts.codec import typed_data
from contracts.governance import roles
from contracts.interfaces import IBonds
from contracts.interfaces import IOracleGate
from contracts.interfaces import IRollup
from contracts.oracle import bond_ledger
from contracts.oracle import evidence
from contracts.oracle import presence

implements: IBonds

initializes: roles
initializes: bond_ledger
initializes: presence[bond_ledger := bond_ledger]

exports: (
    roles.governor, roles.offered_governor, roles.offer_governor, roles.accept_governor,
    bond_ledger.set_owner, bond_ledger.bond, bond_ledger.unbond, bond_ledger.withdraw, bond_ledger.unbonding,
    bond_ledger.token, bond_ledger.insurance, bond_ledger.owner_of, bond_ledger.bonded,
    presence.gate, presence.rollup, presence.fund, presence.show_presence, presence.pay_fees, presence.sweep,
    presence.fees, presence.epoch_of, presence.current_round,
)

ALL: constant(uint256) = 100         # %
PREMATURE: constant(uint256) = 20    # %
WINDOW: constant(uint256) = 21 * 86400  # s a held bond can be pardoned


struct Hold:
    member: address
    submitter: address
    amount: uint256
    due: uint256  # s


DOMAIN: immutable(bytes32)

holds: public(HashMap[uint256, Hold])
_next_hold: uint256
_judged: HashMap[bytes32, bool]  # keccak256(member, kind, generation or epoch, number)


@deploy
def __init__(token_: address, insurance_: address, governor: address, rollup_: address):
    """
    @param token_ ERC-20 that delivers what it is told to
    @param insurance_ Receives what is slashed
    @param governor May pardon; meant to be a timelock
    @param rollup_ The primary chain's
    """
    gate: IOracleGate = staticcall IRollup(rollup_).oracle_gate()
    assert staticcall gate.rollup() == rollup_, "bonds/wiring"
    assert token_.is_contract, "bonds/token"
    DOMAIN = typed_data._oracle_domain(staticcall gate.deployment_id())
    roles.__init__(governor)
    bond_ledger.__init__(IERC20(token_), insurance_, DOMAIN)
    presence.__init__(gate, IRollup(rollup_), DOMAIN)
    self._next_hold = 1


# ---------------------------------------------------------------------------------------------- anyone

@external
@nonreentrant
def slash(
    first: IOracleGate.Word, second: IOracleGate.Word, first_signature: Bytes[64], second_signature: Bytes[64]
):
    # CHECKS
    member: address = evidence._contradicting(DOMAIN, first, second, first_signature, second_signature)  # E1, E2
    kind: uint256 = 1 + convert(second.kind, uint256)
    # EFFECTS, INTERACTIONS
    self._once(member, kind, first.generation, first.number)
    self._slash(member, kind, ALL)


@external
@nonreentrant
def slash_double_rotate(
    first: IOracleGate.Rotation, second: IOracleGate.Rotation, first_signature: Bytes[64], second_signature: Bytes[64]
):
    # CHECKS
    member: address = evidence._rotating_twice(DOMAIN, first, second, first_signature, second_signature)  # E3
    # EFFECTS, INTERACTIONS
    self._once(member, 3, first.from_epoch, 0)
    self._slash(member, 3, ALL)


@external
@nonreentrant
def slash_false_attest(stored: IRollup.StoredBlock, message: IOracleGate.Word, signature: Bytes[64]) -> uint256:
    # CHECKS
    member: address = self._attester(message, signature)
    assert message.number <= staticcall presence.gate.attested(), "bonds/not_synced"
    assert stored.number == convert(message.number, uint256), "bonds/other_block"
    assert staticcall presence.rollup.stored_hash(stored.number) == keccak256(abi_encode(stored)), "bonds/other_block"
    same: bool = message.content == stored.new_root and message.sync_hash == stored.sync_hash
    assert not same, "oracle/no_contradiction"  # E4
    # EFFECTS
    self._once(member, 4, message.generation, message.number)
    held: uint256 = self._next_hold
    self._next_hold = held + 1
    amount: uint256 = bond_ledger._take(member, ALL)
    self.holds[held] = Hold(member=member, submitter=msg.sender, amount=amount, due=block.timestamp + WINDOW)
    log IBonds.Slashed(member=member, kind=4, amount=amount, submitter=msg.sender)
    return held


@external
@nonreentrant
def slash_premature(message: IOracleGate.Word, signature: Bytes[64]):
    # CHECKS
    member: address = self._attester(message, signature)
    committed: uint256 = 0
    proven: uint256 = 0
    synced: uint256 = 0
    executed: uint256 = 0
    committed, proven, synced, executed = staticcall presence.rollup.counters()
    assert convert(message.number, uint256) > proven, "bonds/proven"  # E5
    # EFFECTS, INTERACTIONS
    self._once(member, 5, message.generation, message.number)
    self._slash(member, 5, PREMATURE)


@external
@nonreentrant
def conclude(held: uint256):
    # CHECKS
    hold: Hold = self.holds[held]
    assert hold.amount != 0, "bonds/no_hold"
    assert block.timestamp >= hold.due, "bonds/hold_runs"
    # EFFECTS
    self.holds[held] = empty(Hold)
    # INTERACTIONS
    bond_ledger._pay_out(hold.amount, hold.submitter)


# ---------------------------------------------------------------------------------------------- governor

@external
def pardon(held: uint256):
    roles._check_governor()
    hold: Hold = self.holds[held]
    assert hold.amount != 0, "bonds/no_hold"
    assert block.timestamp < hold.due, "bonds/hold_over"
    self.holds[held] = empty(Hold)
    bond_ledger.bonded[hold.member] += hold.amount
    log IBonds.Pardoned(held=held)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _attester(message: IOracleGate.Word, signature: Bytes[64]) -> address:
    """
    @notice Who signed an attestation of the present generation: of an earlier one an abort may have changed the truth since.
    """
    assert message.kind == evidence.ATTEST, "oracle/evidence_kind"
    assert message.generation == staticcall presence.gate.generation(), "bonds/generation"
    return evidence._signer(evidence._digest(DOMAIN, message), signature)


@internal
def _once(member: address, kind: uint256, generation: uint64, number: uint64):
    id: bytes32 = keccak256(abi_encode(member, kind, generation, number))
    assert not self._judged[id], "bonds/judged"
    self._judged[id] = True


@internal
def _slash(member: address, kind: uint256, percent: uint256):
    amount: uint256 = bond_ledger._take(member, percent)
    log IBonds.Slashed(member=member, kind=kind, amount=amount, submitter=msg.sender)
    bond_ledger._pay_out(amount, msg.sender)
