# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title zUSD: the stable token of one chain
@notice Supply changes only through facilitators (within their caps), the bridge's shifts (within refilling limits) and flash
        loans (back to zero at their end). Spec: docs/spec/vault/stable-token.md.
@dev PCD-I2 totalSupply = sum of levels + bridged_in - bridged_out + flash_open, after every call and inside a flash loan.
"""
from ethereum.ercs import IERC165
from ethereum.ercs import IERC20

from contracts.governance import roles
from contracts.interfaces import IStableToken
from contracts.vault import bridge_limits
from snekmate.auth import ownable
from snekmate.tokens import erc20

implements: IERC20
implements: IERC165
implements: IStableToken

initializes: roles
initializes: ownable
initializes: erc20[ownable := ownable]
initializes: bridge_limits

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
    erc20.name, erc20.symbol, erc20.decimals, erc20.totalSupply, erc20.balanceOf, erc20.allowance, erc20.nonces,
    erc20.approve, erc20.permit, erc20.DOMAIN_SEPARATOR, erc20.eip712Domain,
    bridge_limits.mintingMaxLimitOf, bridge_limits.mintingCurrentLimitOf,
    bridge_limits.burningMaxLimitOf, bridge_limits.burningCurrentLimitOf,
)

interface FlashBorrower:
    def onFlashLoan(
        initiator: address, token: address, amount: uint256, fee: uint256, data: Bytes[4096]
    ) -> bytes32: nonpayable

GUARDIAN: constant(uint256) = 2  # may lower caps and limits
LOW_128: constant(uint256) = 2**128 - 1
PPM: constant(uint256) = 10**6
MAX_FLASH_FEE: constant(uint256) = 10**4  # ppm
FLASH_ANSWER: constant(bytes32) = keccak256("ERC3156FlashBorrower.onFlashLoan")
ERC165_ID: constant(bytes4) = 0x01ffc9a7
ERC7802_ID: constant(bytes4) = 0x33331994

custodian: public(immutable(address))
_facilitators: HashMap[address, uint256]        # cap << 128 | level
_quarantined_by: HashMap[address, bool]
_quarantines: uint256                           # facilitators in quarantine
_flash: uint256                                 # fee (ppm) << 128 | cap
bridged_in: public(uint256)
bridged_out: public(uint256)
flash_open: public(transient(uint256))


@deploy
def __init__(governor: address, custodian_: address):
    """
    @param custodian_ Address of the rollup's bridge on this chain, may be predicted; fixed for ever
    """
    assert custodian_ != empty(address), "token/custodian"
    roles.__init__(governor)
    ownable.__init__()  # never consulted: what it may do is not exported
    erc20.__init__("zkLink USD", "zUSD", 18, "zkLink USD", "1")
    custodian = custodian_


# ---------------------------------------------------------------------------------------------- holders

@external
def transfer(to: address, amount: uint256) -> bool:
    self._check_route(to)
    erc20._transfer(msg.sender, to, amount)
    return True


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    self._check_route(to)
    erc20._spend_allowance(owner, msg.sender, amount)
    erc20._transfer(owner, to, amount)
    return True


@external
@view
def supportsInterface(interface_id: bytes4) -> bool:
    return interface_id == ERC7802_ID or interface_id == ERC165_ID


# ---------------------------------------------------------------------------------------------- facilitators

@external
def mint(to: address, amount: uint256):
    # CHECKS
    word: uint256 = self._facilitator()
    assert amount <= LOW_128 and (word & LOW_128) + amount <= word >> 128, "token/cap"
    # EFFECTS
    self._facilitators[msg.sender] = word + amount
    erc20._mint(to, amount)


@external
def burn_and_collect(owner: address, burned: uint256, collected: uint256):
    # CHECKS
    word: uint256 = self._facilitator()
    assert burned <= word & LOW_128, "token/level"
    # EFFECTS
    self._facilitators[msg.sender] = word - burned
    erc20._burn(owner, burned)
    if collected != 0:
        erc20._transfer(owner, msg.sender, collected)


@external
def set_quarantine(quarantined: bool):
    self._facilitator()
    self._set_quarantine(msg.sender, quarantined)


@external
@view
def level(facilitator: address) -> uint256:
    return self._facilitators[facilitator] & LOW_128


@external
@view
def cap(facilitator: address) -> uint256:
    return self._facilitators[facilitator] >> 128


@external
@view
def quarantined() -> bool:
    return self._quarantines != 0


# ---------------------------------------------------------------------------------------------- bridges

@external
def crosschainMint(to: address, amount: uint256):
    # quarantine does not stop it: withdrawals to this chain go on
    bridge_limits._use_mint(msg.sender, amount)
    self.bridged_in += amount
    erc20._mint(to, amount)
    log IStableToken.CrosschainMint(to=to, amount=amount, sender=msg.sender)


@external
def crosschainBurn(owner: address, amount: uint256):
    assert self._quarantines == 0, "token/quarantined"
    bridge_limits._use_burn(msg.sender, amount)
    if owner != msg.sender:
        erc20._spend_allowance(owner, msg.sender, amount)
    self.bridged_out += amount
    erc20._burn(owner, amount)
    log IStableToken.CrosschainBurn(owner=owner, amount=amount, sender=msg.sender)


# ---------------------------------------------------------------------------------------------- flash mint

@external
@view
def maxFlashLoan(token: address) -> uint256:
    if token != self:
        return 0
    return self._flash_left()


@external
@view
def flashFee(token: address, amount: uint256) -> uint256:
    assert token == self, "token/flash_token"
    return self._flash_fee(amount)


@external
@nonreentrant
def flashLoan(receiver: address, token: address, amount: uint256, data: Bytes[4096]) -> bool:
    # CHECKS
    assert token == self, "token/flash_token"
    assert amount <= self._flash_left(), "token/flash_cap"
    fee: uint256 = self._flash_fee(amount)
    # EFFECTS
    self.flash_open = amount
    erc20._mint(receiver, amount)
    # INTERACTION
    answer: bytes32 = extcall FlashBorrower(receiver).onFlashLoan(msg.sender, token, amount, fee, data)
    assert answer == FLASH_ANSWER, "token/flash_answer"
    # EFFECTS
    erc20._spend_allowance(receiver, self, amount + fee)
    erc20._burn(receiver, amount)
    if fee != 0:
        erc20._transfer(receiver, roles.governor, fee)
    self.flash_open = 0
    return True


# ---------------------------------------------------------------------------------------------- governance

@external
def set_facilitator(facilitator: address, cap: uint256):
    # CHECKS
    word: uint256 = self._facilitators[facilitator]
    if self._only_lower():
        assert cap <= word >> 128, "token/only_lower"
    assert facilitator != empty(address), "token/facilitator"
    assert cap <= LOW_128, "token/cap_range"
    # EFFECTS
    self._facilitators[facilitator] = cap << 128 | word & LOW_128
    log IStableToken.FacilitatorSet(facilitator=facilitator, cap=cap)


@external
def set_bridge_limits(bridge: address, mint_limit: uint256, burn_limit: uint256):
    bridge_limits._set_limits(bridge, mint_limit, burn_limit, self._only_lower())


@external
def set_flash(cap: uint256, fee: uint256):
    # CHECKS
    if self._only_lower():
        assert cap <= self._flash & LOW_128 and fee == self._flash >> 128, "token/only_lower"
    assert cap <= LOW_128, "token/cap_range"
    assert fee <= MAX_FLASH_FEE, "token/fee_range"
    # EFFECTS
    self._flash = fee << 128 | cap
    log IStableToken.FlashSet(cap=cap, fee=fee)


@external
def lift_quarantine(facilitator: address):
    roles._check_governor()
    self._set_quarantine(facilitator, False)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _check_route(to: address):
    # only a transfer to the bridge pays for reading the flag
    if to == custodian:
        assert self._quarantines == 0, "token/quarantined"


@internal
@view
def _facilitator() -> uint256:
    word: uint256 = self._facilitators[msg.sender]
    assert word != 0, "token/not_facilitator"
    return word


@internal
@view
def _only_lower() -> bool:
    """
    @return False for the governor, True for a guardian; reverts for others
    """
    if msg.sender == roles.governor:
        return False
    roles._check(GUARDIAN)
    return True


@internal
def _set_quarantine(facilitator: address, quarantined: bool):
    if self._quarantined_by[facilitator] == quarantined:
        return
    self._quarantined_by[facilitator] = quarantined
    if quarantined:
        self._quarantines += 1
    else:
        self._quarantines -= 1
    log IStableToken.QuarantineSet(facilitator=facilitator, quarantined=quarantined)


@internal
@view
def _flash_left() -> uint256:
    # a supply near 2^256 is out of reach: every way to mint is below 2^128 at a time
    return self._flash & LOW_128


@internal
@view
def _flash_fee(amount: uint256) -> uint256:
    fee: uint256 = self._flash >> 128
    if fee == 0:
        return 0
    return (amount * fee + PPM - 1) // PPM  # in favour of the protocol: up
