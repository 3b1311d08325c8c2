"""zlk account, zlk key."""

from __future__ import annotations

from typing import Any

import click

from zklink.cli.addresses import parse_address
from zklink.cli.amounts import fee_for, symbol_of, tokens_of
from zklink.cli.door import AnsweringCommand, Door, run, with_door
from zklink.cli.follow import finish, wait_options
from zklink.cli.render import console, print_fields, print_table, show_json
from zklink.sdk.tokens import find_token, format_amount

NO_KEY = {"x": "0", "y": "0"}


@click.command(cls=AnsweringCommand)
@click.argument("who", required=False)
@with_door
def account(door: Door, who: str | None) -> None:
    """Show an account: id, nonce, key and balances. WHO is an account id or address; default: your own wallet's.

    \b
    Examples:
      zlk account
      zlk account 7
      zlk account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --json
    """
    if who is None:
        who = door.wallet(door.deployment()).address
    target: int | str = int(who) if who.isdecimal() else parse_address(who, "who")
    found, balances, tokens = run(_read(door, target))
    if door.as_json:
        show_json({**found, "balances": balances})
        return
    key = "not set: zlk key activate" if found["pubKey"] == NO_KEY else "set"
    owner = found["address"] if found["domain"] == 0 else f"{found['address']} (contract on chain {found['domain']})"
    print_fields(door.as_json, "Account", {"id": found["id"], "owner": owner, "nonce": found["nonce"], "L2_key": key})
    rows = [
        (sub, symbol_of(tokens, int(token)), format_amount(int(amount)))
        for sub, cells in balances.items()
        for token, amount in cells.items()
    ]
    if rows:
        print_table("Balances", ["sub-account", "token", "amount"], rows)
    else:
        console().print("No balances.")


async def _read(door: Door, target: int | str) -> tuple[dict[str, Any], dict[str, Any], dict[int, Any]]:
    async with door.client() as client:
        found = await client.account(target)
        return found, await client.balances(int(found["id"])), tokens_of(await client.tokens())


@click.group()
def key() -> None:
    """Your L2 key: derived from your wallet, the same on every chain of the deployment."""


@key.command(cls=AnsweringCommand)
@with_door
def show(door: Door) -> None:
    """Show the wallet's address and its L2 public key on this deployment.

    \b
    Example:
      zlk key show
    """
    wallet = door.wallet(door.deployment())
    point = wallet.public_key
    print_fields(door.as_json, "L2 key", {"address": wallet.address, "key_x": str(point.x), "key_y": str(point.y)})


@key.command(cls=AnsweringCommand)
@click.option("--token", "token_name", required=True, help="Token that pays the fee (symbol or id).")
@click.option("--fee", default=None, help="Fee in the token; default: the smallest accepted.")
@click.option("--sub", "sub_account", type=click.IntRange(0, 255), default=0, help="Sub-account that pays the fee.")
@wait_options
@with_door
def activate(door: Door, token_name: str, fee: str | None, sub_account: int, wait: str | None, timeout: float) -> None:
    """Set your L2 key (CHANGE_KEY): needed once, after the first deposit. No transaction on any chain.

    \b
    Examples:
      zlk key activate --token USDC
      zlk key activate --token USDC --wait executed
    """
    deployment = door.deployment()
    wallet = door.wallet(deployment)
    token = find_token(deployment.tokens, token_name)

    async def work() -> dict[str, Any]:
        async with door.client() as client:
            found = await client.account(wallet.address)
            op = wallet.sign_change_key(
                int(found["id"]), sub_account, token.id, deployment.primary, await fee_for(client, token, fee),
                int(found["nonce"]),
            )  # fmt: skip
            return await finish(door, client, await client.send(op), wait, timeout)

    print_fields(door.as_json, "Key change", run(work()))
