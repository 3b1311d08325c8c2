"""zlk status, zlk block, zlk chains, zlk health."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import click

from zklink.cli.addresses import parse_hash
from zklink.cli.door import AnsweringCommand, Door, run, with_door
from zklink.cli.follow import wait_options
from zklink.cli.render import console, print_fields, print_table, show_json
from zklink.sdk.chains import ChainReport, report_chain
from zklink.sdk.client import Client
from zklink.sdk.stages import STAGES, find, reached, wait_for

PROBE_SECONDS = 5.0


@click.command(cls=AnsweringCommand)
@click.argument("tx_hash", metavar="HASH")
@wait_options
@with_door
def status(door: Door, tx_hash: str, wait: str | None, timeout: float) -> None:
    """Show how far an operation is: accepted, sealed, committed, proven, synced, executed (on every chain).

    \b
    Examples:
      zlk status 0x5f...e1
      zlk status 0x5f...e1 --wait executed --timeout 120
    """
    name = parse_hash(tx_hash)

    async def work() -> dict[str, Any] | None:
        async with door.client() as client:
            if wait is None:
                return await find(client, name)
            return await wait_for(client, name, wait, timeout, lambda stage: door.note(f"  {stage}"))

    answer = run(work())
    if door.as_json:
        show_json(answer if answer is not None else {"txHash": name, "receipt": {"status": "unknown"}})
        return
    if answer is None:
        console().print(f"{name} is unknown. A deposit appears once its chain counts it as final.")
        return
    receipt = answer["receipt"]
    line = " > ".join(
        f"[bold green]{s}[/]" if reached(receipt["status"], s) else f"[dim]{s}[/]" for s in STAGES[1:]
    )  # fmt: skip
    console().print(line if receipt["status"] in STAGES else f"[bold red]{receipt['status']}[/]")
    print_fields(
        door.as_json, "Operation",
        {"hash": name, "type": answer["tx"].get("type"), "block": receipt.get("block"),
         "success": receipt.get("success"), "reason": receipt.get("failReason"),
         **{f"chain {c}": s for c, s in (receipt.get("chains") or {}).items()}},
    )  # fmt: skip


@click.command(cls=AnsweringCommand)
@click.argument("number", type=click.IntRange(0), required=False)
@with_door
def block(door: Door, number: int | None) -> None:
    """Show a block (default: the newest), its operations, and the transactions that carried it on every chain.

    \b
    Examples:
      zlk block
      zlk block 12 --json
    """

    async def work() -> tuple[dict[str, Any], dict[str, Any]]:
        async with door.client() as client:
            chosen = number if number is not None else int((await client.latest_block())["lastBlockNumber"])
            return await client.block(chosen), await client.block_on_chain(chosen)

    found, carried = run(work())
    if door.as_json:
        show_json({**found, "onChain": carried})
        return
    fields = {k: v for k, v in found.items() if k != "transactions"}
    print_fields(door.as_json, f"Block {found['number']}", fields)
    rows = [(i, t["tx"].get("type"), t["txHash"]) for i, t in enumerate(found.get("transactions", []))]
    print_table("Operations", ["", "type", "hash"], rows)
    stages = [(stage, e["chainId"], e["txHash"]) for stage, entries in carried.items() for e in entries]
    print_table("On the chains", ["stage", "chain", "transaction"], stages)


@click.command(cls=AnsweringCommand)
@with_door
def chains(door: Door) -> None:
    """Show every chain: how far it is, what is attested, open requests and the fee of the next one.

    \b
    Example:
      zlk chains --registry build/local/registry.json
    """
    reports = run(_reports(door))
    if door.as_json:
        show_json({"chains": [report.to_json() for report in reports]})
        return
    columns = ["chain", "EVM id", "height", "final", *STAGES[3:], "open requests", "request fee (wei)"]
    rows = [
        (r.chain, r.evm_chain_id, r.height, r.final, r.committed, r.proven, r.synced, r.executed, r.open_requests,
         r.request_fee)
        for r in reports
    ]  # fmt: skip
    print_table("Chains", columns, rows)
    for report in reports:
        if report.problem:
            door.note(f"chain {report.chain}: {report.problem}")


async def _reports(door: Door) -> list[ChainReport]:
    deployment = door.deployment()
    return list(await asyncio.gather(*(report_chain(place) for place in deployment.chains.values())))


@click.command(cls=AnsweringCommand)
@with_door
@click.pass_context
def health(ctx: click.Context, door: Door) -> None:
    """Ask everything that serves this deployment whether it is well. Exit code 1 when something is not.

    \b
    Example:
      zlk health --registry build/local/registry.json
    """
    parts = run(_health(door))
    bad = [part for part in parts if part["problem"]]
    if door.as_json:
        show_json({"healthy": not bad, "parts": parts})
    else:
        rows = [(p["part"], "[red]problem[/]" if p["problem"] else "[green]ok[/]", p["problem"]) for p in parts]
        print_table("Health", ["part", "state", "problem"], rows)
    ctx.exit(1 if bad else 0)


async def _health(door: Door) -> list[dict[str, Any]]:
    deployment = door.deployment()
    base = door.api.replace("ws", "http", 1) if door.api.startswith("ws") else door.api
    root = base.rstrip("/").removesuffix("/ws")
    timeout = aiohttp.ClientTimeout(total=PROBE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        probes = [_probe(session, "sequencer", f"{root}/readyz")]
        probes += [_probe(session, f"oracle {url}", f"{url.rstrip('/')}/readyz") for url in deployment.oracle_urls]
        answers = list(await asyncio.gather(*probes))
    answers.append(await _same_deployment(door.client(), deployment.deployment_id))
    reports = [{"part": f"chain {r.chain}", "problem": r.problem} for r in await _reports(door)]
    return answers + reports


async def _probe(session: aiohttp.ClientSession, part: str, url: str) -> dict[str, Any]:
    try:
        async with session.get(url) as response:
            if response.status == 200:
                return {"part": part, "problem": None}
            body = await response.text()
            return {"part": part, "problem": f"{response.status}: {body[:300]}"}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"part": part, "problem": f"does not answer ({type(error).__name__})"}


async def _same_deployment(client: Client, deployment_id: int) -> dict[str, Any]:
    part = "API and registry name one deployment"
    try:
        async with client:
            named = (await client.deployment())["deploymentId"]
    except Exception as error:
        return {"part": part, "problem": str(error)}
    same = int(str(named), 16) == deployment_id
    return {"part": part, "problem": None if same else f"the API serves {named}"}
