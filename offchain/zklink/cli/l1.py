"""zlk deposit, zlk exit, zlk claim: transactions on one chain, signed by your wallet."""

from __future__ import annotations

from typing import Any

import click

from zklink.cli.addresses import parse_address
from zklink.cli.door import AnsweringCommand, Door, run, with_door
from zklink.cli.follow import finish, wait_options
from zklink.cli.render import print_fields
from zklink.protocol.types import Owner
from zklink.sdk.bridge import BridgeDoor, Sent
from zklink.sdk.tokens import find_token, format_amount, parse_amount

chain_option = click.option("--chain", type=click.IntRange(1, 8), required=True, help="Chain to send it on.")


async def _follow(door: Door, sent: Sent, wait: str | None, seconds: float) -> dict[str, Any]:
    data = {"chain_tx": sent.tx_hash, "request_id": sent.request_id, "gas_used": sent.gas_used}
    if sent.l2_hash is None:
        return data
    if wait is None:
        return {**data, "tx_hash": sent.l2_hash, "next": f"zlk status {sent.l2_hash}"}
    async with door.client() as client:
        return {**data, **await finish(door, client, sent.l2_hash, wait, seconds)}


@click.command(cls=AnsweringCommand)
@click.argument("amount")
@click.argument("token_name", metavar="TOKEN")
@chain_option
@click.option("--to", "owner", default=None, help="Whose account is credited; default: your own.")
@click.option("--to-domain", type=click.IntRange(0, 8), default=0, help="0: ordinary key; N: contract of chain N.")
@click.option("--sub", "sub_account", type=click.IntRange(0, 255), default=0, help="Sub-account that is credited.")
@wait_options
@with_door
def deposit(
    door: Door,
    amount: str,
    token_name: str,
    chain: int,
    owner: str | None,
    to_domain: int,
    sub_account: int,
    wait: str | None,
    timeout: float,
) -> None:
    """Bring AMOUNT of TOKEN from a chain to L2. Approves the token first where needed.

    \b
    Examples:
      zlk deposit 100 USDC --chain 1 --wait sealed
      zlk deposit 0.5 ETH --chain 2 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
    """
    deployment = door.deployment()
    place = deployment.chain(chain)
    token = find_token(deployment.tokens, token_name).on(chain)
    units = parse_amount(amount, token.decimals)
    wallet = door.wallet(deployment)
    to = Owner(to_domain, int(parse_address(owner, "to"), 16)) if owner else wallet.owner

    async def work() -> dict[str, Any]:
        async with BridgeDoor(place, deployment.deployment_id) as bridge:
            sent = await bridge.deposit(wallet.account, token, units, to, sub_account)
        return await _follow(door, sent, wait, timeout)

    print_fields(door.as_json, "Deposit", run(work()))


@click.command(name="exit", cls=AnsweringCommand)
@click.argument("token_name", metavar="TOKEN")
@chain_option
@click.option("--to", "recipient", default=None, help="Address to be paid; default: your own.")
@click.option("--sub", "sub_account", type=click.IntRange(0, 255), default=0, help="Sub-account to empty.")
@click.option("--account", "account_id", type=click.IntRange(0), default=None, help="Account id; default: ask the API.")
@wait_options
@with_door
def exit_command(
    door: Door,
    token_name: str,
    chain: int,
    recipient: str | None,
    sub_account: int,
    account_id: int | None,
    wait: str | None,
    timeout: float,
) -> None:
    """Ask for your WHOLE balance of TOKEN on chains (FULL_EXIT). The network must serve it; no L2 key is needed.

    The asked chain pays first, then the others in order of their ids; `zlk claim` on each that paid.

    \b
    Examples:
      zlk exit USDC --chain 1 --wait executed
      zlk exit ETH --chain 2 --account 7
    """
    deployment = door.deployment()
    place = deployment.chain(chain)
    token = find_token(deployment.tokens, token_name)
    token.on(chain)
    wallet = door.wallet(deployment)
    target = parse_address(recipient, "to") if recipient else wallet.address

    async def work() -> dict[str, Any]:
        index = account_id
        if index is None:
            async with door.client() as client:
                index = int((await client.account(wallet.address))["id"])
        async with BridgeDoor(place, deployment.deployment_id) as bridge:
            sent = await bridge.request_full_exit(wallet.account, index, sub_account, token.id, target)
        return await _follow(door, sent, wait, timeout)

    print_fields(door.as_json, "Full exit", run(work()))


@click.command(cls=AnsweringCommand)
@click.argument("token_name", metavar="TOKEN")
@chain_option
@click.option("--to", "recipient", default=None, help="Whose payout; default: your own. Anybody may send it.")
@click.option("--look", is_flag=True, help="Only show what could be claimed.")
@with_door
def claim(door: Door, token_name: str, chain: int, recipient: str | None, look: bool) -> None:
    """Pay out what executed withdrawals and exits have credited on a chain.

    \b
    Examples:
      zlk claim USDC --chain 2
      zlk claim USDC --chain 2 --look --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
    """
    deployment = door.deployment()
    place = deployment.chain(chain)
    token = find_token(deployment.tokens, token_name)
    spot = token.on(chain)
    target = parse_address(recipient, "to") if recipient else None
    wallet = None if look and target else door.wallet(deployment)
    payee = target or (wallet.address if wallet else "")

    async def work() -> dict[str, Any]:
        async with BridgeDoor(place, deployment.deployment_id) as bridge:
            pending = await bridge.pending(payee, spot)
            data = {"recipient": payee, "amount": format_amount(pending, spot.decimals), "token": token.symbol}
            if look or wallet is None:
                return data
            sent = await bridge.claim(wallet.account, payee, spot)
            return {**data, "chain_tx": sent.tx_hash, "gas_used": sent.gas_used}

    print_fields(door.as_json, "Claim", run(work()))
