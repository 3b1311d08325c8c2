"""zlk transfer, zlk withdraw: signed by your L2 key, no transaction on any chain."""

from __future__ import annotations

from typing import Any

import click

from zklink.cli.addresses import parse_address
from zklink.cli.amounts import fee_for
from zklink.cli.door import AnsweringCommand, Door, run, with_door
from zklink.cli.follow import finish, wait_options
from zklink.cli.render import print_fields
from zklink.protocol.types import Owner
from zklink.sdk.tokens import L2_DECIMALS, find_token, parse_amount

sub_option = click.option(
    "--sub", "sub_account", type=click.IntRange(0, 255), default=0, show_default=True, help="Your sub-account."
)
fee_option = click.option("--fee", default=None, help="Fee in the token; default: the smallest accepted.")


@click.command(cls=AnsweringCommand)
@click.argument("amount")
@click.argument("token_name", metavar="TOKEN")
@click.option("--to", "recipient", required=True, help="Recipient's address; the account is created when new.")
@click.option("--to-domain", type=click.IntRange(0, 8), default=0, help="0: ordinary key; N: contract of chain N.")
@click.option("--to-sub", type=click.IntRange(0, 255), default=0, help="Recipient's sub-account.")
@sub_option
@fee_option
@wait_options
@with_door
def transfer(
    door: Door,
    amount: str,
    token_name: str,
    recipient: str,
    to_domain: int,
    to_sub: int,
    sub_account: int,
    fee: str | None,
    wait: str | None,
    timeout: float,
) -> None:
    """Send AMOUNT of TOKEN (symbol or id) on L2.

    \b
    Examples:
      zlk transfer 12.5 USDC --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
      zlk transfer 1 ETH --to 0x7099...79C8 --wait executed
    """
    deployment = door.deployment()
    token = find_token(deployment.tokens, token_name)
    value = parse_amount(amount, L2_DECIMALS)
    to = Owner(to_domain, int(parse_address(recipient, "to"), 16))
    wallet = door.wallet(deployment)

    async def work() -> dict[str, Any]:
        async with door.client() as client:
            found = await client.account(wallet.address)
            op = wallet.sign_transfer(
                int(found["id"]), sub_account, token.id, value, await fee_for(client, token, fee),
                int(found["nonce"]), to, to_sub,
            )  # fmt: skip
            return await finish(door, client, await client.send(op), wait, timeout)

    print_fields(door.as_json, "Transfer", run(work()))


@click.command(cls=AnsweringCommand)
@click.argument("amount")
@click.argument("token_name", metavar="TOKEN")
@click.option("--chain", type=click.IntRange(1, 8), required=True, help="Chain to be paid on.")
@click.option("--to", "recipient", default=None, help="Address to be paid; default: your own.")
@click.option("--ratio", type=click.IntRange(0, 10000), default=0, help="Share (1/10000) of a broker who pays at once.")
@sub_option
@fee_option
@wait_options
@with_door
def withdraw(
    door: Door,
    amount: str,
    token_name: str,
    chain: int,
    recipient: str | None,
    ratio: int,
    sub_account: int,
    fee: str | None,
    wait: str | None,
    timeout: float,
) -> None:
    """Take AMOUNT of TOKEN out to a chain. Once executed there, `zlk claim` pays it.

    \b
    Examples:
      zlk withdraw 5 USDC --chain 2 --wait executed
      zlk withdraw 0.1 ETH --chain 1 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
    """
    deployment = door.deployment()
    deployment.chain(chain)
    token = find_token(deployment.tokens, token_name)
    decimals = token.on(chain).decimals
    value = parse_amount(amount, decimals) * int(10 ** (L2_DECIMALS - decimals))
    wallet = door.wallet(deployment)
    target = int(parse_address(recipient, "to"), 16) if recipient else wallet.owner.address

    async def work() -> dict[str, Any]:
        async with door.client() as client:
            found = await client.account(wallet.address)
            op = wallet.sign_withdraw(
                int(found["id"]), sub_account, token.id, chain, value, await fee_for(client, token, fee),
                int(found["nonce"]), target, ratio,
            )  # fmt: skip
            return await finish(door, client, await client.send(op), wait, timeout)

    print_fields(door.as_json, "Withdrawal", run(work()))
