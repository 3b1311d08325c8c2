"""The wiring: what is missing is refused before anything runs; services show their health and end in order."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.support.anvil import KEYS
from tests.support.registry import registry_json
from zklink.app import Service, build_prover, build_relayer, build_sequencer
from zklink.chain.sender import KeyFileError
from zklink.config import Config, ConfigError, load_config
from zklink.deploy.errors import ManifestError
from zklink.journal.errors import LeaseHeld, WrongJournal


def config(tmp_path: Path, registry: dict[str, Any] | None = None, **changes: Any) -> Config:
    (tmp_path / "registry.json").write_text(json.dumps(registry or registry_json()))
    key = tmp_path / "key"
    key.write_text(KEYS[1])
    key.chmod(0o600)
    values: dict[str, Any] = {
        "registry": "registry.json",
        "journal": "zklink.sqlite",
        "sequencer": {"port": 0},
        "relayer": {"keys": {c: {"file": "key"} for c in (1, 2, 3)}, "poll_seconds": 0.1},
    }
    (tmp_path / "zklink.yml").write_text(yaml.safe_dump(values | changes))
    return load_config(tmp_path / "zklink.yml")


async def closed(service: Service) -> None:
    for close in service.closers:
        result = close()
        if asyncio.iscoroutine(result):
            await result


async def test_a_registry_that_is_wrong_is_refused(tmp_path: Path) -> None:
    for build in (build_prover, build_relayer, build_sequencer):
        with pytest.raises(ManifestError, match="deployment_id"):
            build(config(tmp_path, registry_json(deployment_id="0x" + "00" * 32)))


async def test_the_journal_of_another_deployment_is_refused(tmp_path: Path) -> None:
    await closed(build_prover(config(tmp_path)))
    with pytest.raises(WrongJournal, match="deployment_id"):
        build_prover(config(tmp_path, registry_json(salt="0x" + "00" * 31 + "09")))


async def test_a_relayer_needs_its_section_and_a_private_key_for_each_chain(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="relayer: the section is missing"):
        build_relayer(config(tmp_path, relayer=None))
    with pytest.raises(ConfigError, match="chain 2 has no key"):
        build_relayer(config(tmp_path, relayer={"keys": {1: {"file": "key"}}}))
    settings = config(tmp_path)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        build_relayer(settings)


async def test_a_refused_start_gives_its_lease_back(tmp_path: Path) -> None:
    await closed(build_prover(config(tmp_path)))
    other = config(tmp_path, registry_json(salt="0x" + "00" * 31 + "09"))
    for build in (build_sequencer, build_relayer):
        for _ in range(2):
            with pytest.raises(WrongJournal):
                build(other)


async def test_one_sequencer_and_one_relayer_for_one_journal(tmp_path: Path) -> None:
    settings = config(tmp_path)
    for build, kind in ((build_sequencer, "sequencer"), (build_relayer, "relayer")):
        first = build(settings)
        with pytest.raises(LeaseHeld, match=f"another {kind} holds the lease"):
            build(settings)
        await closed(first)
        await closed(build(settings))


@pytest.mark.parametrize(
    ("build", "problem"), [(build_relayer, "chain 1"), (build_sequencer, "chain 1"), (build_prover, None)]
)
async def test_services_run_show_their_troubles_and_stop(tmp_path: Path, build: Any, problem: str | None) -> None:
    """No chain answers: that is shown, waited for, and no reason to end."""
    service = build(config(tmp_path))
    task = asyncio.create_task(service.run())
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        problems: dict[str, str] = {}
        while problem and problem not in problems:
            await asyncio.sleep(0.1)
            if service.port:
                async with session.get(f"http://127.0.0.1:{service.port}/readyz") as response:
                    problems = (await response.json())["problems"]
        await asyncio.sleep(0.1)
        for path in ("/livez", "/metrics"):
            async with session.get(f"http://127.0.0.1:{service.port}{path}") as response:
                assert response.status == 200
        service.core.stop()
        await task
