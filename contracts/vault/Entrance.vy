# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Entrance: a stablecoin to vUSD on L2 in one transaction
@notice Turns collateral into zUSD - by the 1:1 layer, or by borrowing against it - and deposits the zUSD for L2. Holds nothing
        between calls. It borrows for its caller only, who must have made it his operator (bit 2). Spec: docs/spec/vault/entrance.md.
"""
from ethereum.ercs import IERC20

from contracts.interfaces import IBridge

interface Vault:
    def asset(bucket: uint256) -> address: view
    def swap_in(bucket: uint256, amount: uint256, min_out: uint256, to: address, deadline: uint256) -> uint256: nonpayable
    def adjust(
        bucket: uint256, owner: address, dc: int256, dd: int256, to: address, min_health: uint256
    ) -> (uint256, uint256): nonpayable

interface IPurse:
    def deposit(
        user: address, token: address, amount: uint256, domain: uint8, owner: address, sub_account: uint8
    ) -> uint64: payable
    def forward(token: address, user: address) -> uint256: nonpayable
    def entrance() -> address: view
    def bridge() -> address: view

event Entered:
    user: indexed(address)
    bucket: indexed(uint256)
    request_id: indexed(uint64)
    amount: uint256    # native units of the bucket's token put in
    deposited: uint256 # zUSD

event Recovered:
    user: indexed(address)
    token: indexed(address)
    amount: uint256

vault: public(immutable(address))
zusd: public(immutable(address))
bridge: public(immutable(address))
purse_logic: public(immutable(address))


@deploy
def __init__(vault_: address, zusd_: address, bridge_: address, purse_logic_: address):
    assert vault_ != empty(address) and zusd_ != empty(address), "entrance/address"
    assert staticcall IPurse(purse_logic_).entrance() == self, "entrance/logic"
    assert staticcall IPurse(purse_logic_).bridge() == bridge_, "entrance/logic"
    vault = vault_
    zusd = zusd_
    bridge = bridge_
    purse_logic = purse_logic_


@external
@payable
@nonreentrant
def swap_in_and_deposit(
    bucket: uint256, amount: uint256, min_out: uint256, deadline: uint256, domain: uint8, owner: address, sub_account: uint8
) -> uint64:
    """
    @notice The caller's `amount` of the bucket's token becomes zUSD 1:1 (less the entry fee) and goes to L2.
    @param amount Native units, by allowance to this contract
    @param min_out zUSD at least
    @param owner Who is credited on L2, with `domain` and `sub_account`: IBridge.deposit
    @return The bridge's request id. Native value pays the request fee; the surplus goes back to the caller
    """
    self._check_time(deadline)
    purse: address = self._purse(msg.sender)
    arrived: uint256 = self._pull(bucket, amount)
    minted: uint256 = extcall Vault(vault).swap_in(bucket, arrived, min_out, purse, deadline)
    return self._deposit(purse, bucket, arrived, minted, domain, owner, sub_account)


@external
@payable
@nonreentrant
def borrow_and_deposit(
    bucket: uint256, amount: uint256, debt: uint256, min_health: uint256, deadline: uint256,
    domain: uint8, owner: address, sub_account: uint8
) -> uint64:
    """
    @notice Add collateral to the caller's position, borrow against it, and bring what was borrowed to L2.
    @param amount Native units, by allowance to this contract; may be 0
    @param debt zUSD
    @param min_health Of the position afterwards: IDebtVault.adjust
    """
    # CHECKS
    self._check_time(deadline)
    assert 0 < debt and debt < 2**128, "entrance/debt"
    # INTERACTIONS
    purse: address = self._purse(msg.sender)
    arrived: uint256 = 0
    if amount != 0:
        arrived = self._pull(bucket, amount)
    extcall Vault(vault).adjust(
        bucket, msg.sender, convert(arrived, int256), convert(debt, int256), purse, min_health
    )
    return self._deposit(purse, bucket, arrived, debt, domain, owner, sub_account)


@external
@nonreentrant
def recover(user: address, token: address) -> uint256:
    """
    @notice Bring a refund of the bridge to the user it belongs to. Anyone.
    @return Native units
    """
    purse: address = self._purse(user)
    if staticcall IBridge(bridge).pending(purse, token) != 0:
        extcall IBridge(bridge).claim(purse, token)
    amount: uint256 = extcall IPurse(purse).forward(token, user)
    log Recovered(user=user, token=token, amount=amount)
    return amount


@external
@view
def purse_of(user: address) -> address:
    """
    @return Where the user's refunds lie; it has code once the user came in
    """
    return self._purse_address(user)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _check_time(deadline: uint256):
    assert block.timestamp <= deadline, "entrance/deadline"


@internal
def _pull(bucket: uint256, amount: uint256) -> uint256:
    """
    @return What arrived, approved to the vault
    """
    token: address = staticcall Vault(vault).asset(bucket)
    before: uint256 = staticcall IERC20(token).balanceOf(self)
    assert extcall IERC20(token).transferFrom(
        msg.sender, self, amount, default_return_value=True
    ), "entrance/pull_refused"
    arrived: uint256 = staticcall IERC20(token).balanceOf(self) - before
    assert extcall IERC20(token).approve(vault, arrived, default_return_value=True), "entrance/approve"
    return arrived


@internal
@payable
def _deposit(
    purse: address, bucket: uint256, arrived: uint256, minted: uint256, domain: uint8, owner: address, sub_account: uint8
) -> uint64:
    request_id: uint64 = extcall IPurse(purse).deposit(
        msg.sender, zusd, minted, domain, owner, sub_account, value=msg.value
    )
    log Entered(user=msg.sender, bucket=bucket, request_id=request_id, amount=arrived, deposited=minted)
    return request_id


@internal
def _purse(user: address) -> address:
    purse: address = self._purse_address(user)
    if not purse.is_contract:
        return create_minimal_proxy_to(purse_logic, salt=convert(user, bytes32))
    return purse


@internal
@view
def _purse_address(user: address) -> address:
    # the creation code of create_minimal_proxy_to
    code: Bytes[54] = concat(
        x"602d3d8160093d39f3363d3d373d3d3d363d73", convert(purse_logic, bytes20), x"5af43d82803e903d91602b57fd5bf3"
    )
    digest: bytes32 = keccak256(concat(0xff, convert(self, bytes20), convert(user, bytes32), keccak256(code)))
    return convert(convert(digest, uint256) & (2**160 - 1), address)
