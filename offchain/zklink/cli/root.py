"""The group of all commands."""

from __future__ import annotations

import click

from zklink.cli.account import account, key
from zklink.cli.l1 import claim, deposit, exit_command
from zklink.cli.l2 import transfer, withdraw
from zklink.cli.look import block, chains, health, status
from zklink.cli.oracle_parts import oracle
from zklink.cli.services import run_service


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """One ledger over several chains: deposit on any of them, pay on L2, withdraw to any of them.

    Your key is read from ZKLINK_PRIVATE_KEY or from a keystore file (--keystore, ZKLINK_KEYSTORE; Ape's accounts by
    their alias), its passphrase from the file named by ZKLINK_PASSPHRASE_FILE or from a prompt. The deployment is
    named by --registry or ZKLINK_REGISTRY, the API by --api or ZKLINK_API.

    \b
    A first round:
      zlk deposit 100 USDC --chain 1 --wait sealed
      zlk key activate --token USDC
      zlk transfer 12.5 USDC --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
      zlk withdraw 5 USDC --chain 2 --wait executed
      zlk claim USDC --chain 2
    """


for command in (
    account, key, deposit, transfer, withdraw, exit_command, claim, status, block, chains, health, oracle, run_service,
):  # fmt: skip
    main.add_command(command)
