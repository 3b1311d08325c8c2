"""Deploy one manifest on all its chains, check what was deployed, write the registry."""

from pathlib import Path

import click
from ape.cli import ape_cli_context


@click.command(epilog="Example: ape run deploy --environment local")
@ape_cli_context()
@click.option("--environment", required=True, help="deployments/<environment>.yml")
@click.option("--manifest", type=click.Path(path_type=Path, exists=True), help="another manifest file")
@click.option("--registry", type=click.Path(path_type=Path), help="where to write the registry")
@click.option("--account", help="alias of the deployer in Ape; local chains use a test account")
@click.option("--yes", is_flag=True, help="do not ask")
def cli(cli_ctx, environment, manifest, registry, account, yes):
    """Deploys the contracts of every chain of a manifest. Production refuses development keys."""
    import json

    from ape import accounts
    from rich.console import Console
    from rich.table import Table
    from scripts._deployer import Deployer

    from zklink.deploy.fields import LOCAL
    from zklink.deploy.manifest import load_manifest

    wanted = load_manifest(manifest or Path("deployments") / f"{environment}.yml")
    if wanted.environment != environment:
        raise click.ClickException(f"environment: the manifest says {wanted.environment}")
    local = environment == LOCAL
    if not local and not account:
        raise click.ClickException("account: name the deployer's alias (--account), e.g. a hardware wallet of Ape")
    deployer = Deployer(wanted, accounts.test_accounts[0] if local else accounts.load(account), Path("build/keys"))
    console = Console()
    table = Table("chain", "contract", "address", title=f"deployment {deployer.plan.deployment_id:#066x}")
    for chain, steps in deployer.plan.steps.items():
        for step in steps:
            table.add_row(str(chain), step.name, step.address)
    console.print(table)
    if deployer.development:
        console.print("[bold yellow]development keys: whoever knows their seed can forge proofs; local chains only")
    if not (local or yes or click.confirm("Deploy?")):
        raise click.Abort()
    result = deployer.run(console)
    target = registry or Path("deployments/registry") / f"{environment}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")
    cli_ctx.logger.success(f"wrote {target}")
