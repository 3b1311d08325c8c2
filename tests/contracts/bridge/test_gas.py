"""Gas of whole transactions (anvil), and sizes, against the recorded ones. Bars: deposit 75,000, claim 65,000."""

from __future__ import annotations

from eth_utils import keccak

from tests.contracts.conftest import FEE_COLLECTOR, NATIVE, REQUEST_FEE
from tests.support.snapshots import check_snapshot

SIZE_LIMIT = 24_576
GAS_TOLERANCE = 120  # zero bytes of calldata (addresses of test contracts) differ between runs
DEPOSIT_BAR, CLAIM_BAR = 75_000, 65_000


def gas(name, receipt):
    check_snapshot("gas", f"Bridge.{name}", receipt.gas_used, GAS_TOLERANCE)
    return receipt.gas_used


def test_deposit_costs_what_is_recorded(deploy_bridge, listed, token, usd, actors):
    """A request that takes a retired request's slot is the rule; a fresh slot is met once per slot of the ring."""
    bridge = listed(deploy_bridge(queue_bits=2))

    def deposit(coin, amount):
        value = REQUEST_FEE + (amount if coin == NATIVE else 0)
        return bridge.deposit(coin, amount, 0, actors.alice, 0, sender=actors.alice, value=value)

    deposit(token, 1000)
    gas("deposit.erc20_fresh_slot", deposit(token, 1000))
    deposit(usd, 1000)
    deposit(NATIVE, 1000)
    bridge.settle(0, 4, [], sender=actors.rollup)
    # other amounts: the same request in the same second would write what the slot holds already, 2,800 gas cheaper
    assert gas("deposit.erc20", deposit(token, 1001)) <= DEPOSIT_BAR
    assert gas("deposit.native", deposit(NATIVE, 1001)) <= DEPOSIT_BAR
    gas("deposit.proxy", deposit(usd, 1001))  # more cold slots, a cold account, a written allowance


def test_request_full_exit_costs_what_is_recorded(bridge, actors):
    bridge.request_full_exit(2, 0, 2, actors.alice, sender=actors.alice, value=REQUEST_FEE)
    receipt = bridge.request_full_exit(3, 0, 2, actors.alice, sender=actors.alice, value=REQUEST_FEE)
    gas("request_full_exit", receipt)


def test_claim_costs_what_is_recorded(bridge, token, usd, actors, deposit, credit):
    newcomer = "0x" + keccak(b"newcomer")[-20:].hex()
    for token_id, coin, name in ((2, token, "erc20"), (1, NATIVE, "native"), (3, usd, "proxy")):
        deposit(coin, 10_000)
        for recipient, suffix in ((newcomer, "_new"), (newcomer, "")):
            credit(recipient, token_id, 100)
            used = gas(f"claim.{name}{suffix}", bridge.claim(recipient, coin, sender=actors.stranger))
            assert used <= CLAIM_BAR or name == "proxy"


def test_settle_costs_what_is_recorded(bridge, token, actors, deposit):
    for _ in range(9):
        deposit(token)
    gas("settle.retire_1", bridge.settle(0, 1, [], sender=actors.rollup))
    payees = ["0x" + keccak(bytes([i]))[-20:].hex() for i in range(8)]
    credits = [(payee, 2, 10) for payee in payees]
    gas("settle.retire_8_credit_8", bridge.settle(1, 8, credits, sender=actors.rollup))
    gas("settle.credit_8_again", bridge.settle(0, 0, credits, sender=actors.rollup))


def test_views_of_the_rollup_cost_what_is_recorded(bridge, token, actors, deposit):
    """As if sent as a transaction: 21,000 and calldata included."""
    for _ in range(8):
        deposit(token)
    check_snapshot(
        "gas", "Bridge.requests_digest_8", bridge.requests_digest.estimate_gas_cost(0, 8, sender=actors.rollup), 2_000
    )
    check_snapshot(
        "gas", "Bridge.scales_match_8", bridge.scales_match.estimate_gas_cost([0x200] * 8, sender=actors.rollup), 2_000
    )


def test_governance_costs_what_is_recorded(project, bridge, actors, deposit):
    coin = actors.deployer.deploy(project.Token, "NEW", 6)
    gas("list_token", bridge.list_token(20, coin, 10**12, sender=actors.lister))
    gas("set_cap", bridge.set_cap(20, 10**11, sender=actors.guardian))
    gas("pause_deposits", bridge.pause_deposits(20, sender=actors.guardian))
    gas("resume_deposits", bridge.resume_deposits(20, sender=actors.governor))
    deposit(NATIVE)
    gas("collect_fees", bridge.collect_fees(actors.bob, sender=actors.fee_collector))
    gas("set_role", bridge.set_role(actors.bob, FEE_COLLECTOR, True, sender=actors.governor))
    gas("offer_governor", bridge.offer_governor(actors.bob, sender=actors.governor))
    gas("accept_governor", bridge.accept_governor(sender=actors.bob))


def test_size_is_recorded_and_below_the_limit(project):
    size = len(project.Bridge.contract_type.get_runtime_bytecode())
    check_snapshot("sizes", "Bridge", size)
    assert size < SIZE_LIMIT
