"""Attestation bundles are believed only when they verify."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.settled import Oracle
from zklink.deploy.manifest import Registry
from zklink.protocol.attestation import MemberSet
from zklink.relayer.bundles import BundleSource, parse_bundle
from zklink.relayer.errors import BadBundle


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signatures": "0x"}, "as many"),
        ({"bitmap": 3}, "as many"),
        ({"bitmap": 1 << 7}, "does not exist"),
        ({"block": 2}, "is another's"),
        ({"state_root": "0x" + "00" * 32}, "is another's"),
        ({"sync_hash": "0x" + "00" * 32}, "not zero"),
        ({"epoch": 2}, "epoch 2"),
        ({"epoch": True}, "integer"),
        ({"signatures": 7}, "malformed"),
        ({"signatures": "0xzz"}, "malformed"),
    ],
)
def test_a_bundle_is_believed_only_when_it_verifies(registry: Registry, changes: dict[str, Any], reason: str) -> None:
    good = Oracle(registry, {}).attest(1, 5, b"\1" * 32)
    members: MemberSet = registry.oracle.member_set
    assert parse_bundle("x", good, registry.deployment_id, members).block == 1
    with pytest.raises(BadBundle, match=reason):
        parse_bundle("x", good | changes, registry.deployment_id, members)


def test_a_bundle_needs_more_than_two_thirds(registry: Registry) -> None:
    light = Oracle(registry, {}).attest(1, 5, b"\1" * 32, signers=2)
    with pytest.raises(BadBundle, match="too little weight"):
        parse_bundle("x", light, registry.deployment_id, registry.oracle.member_set)
    with pytest.raises(BadBundle, match="is another's"):
        full = Oracle(registry, {}).attest(1, 5, b"\1" * 32)
        parse_bundle("x", full, registry.deployment_id + 1, registry.oracle.member_set)


@pytest.mark.parametrize("body", [b"{", b"[" * 5000, b"[" * 70_000, b"\xff", b"null", b"7" * 5000])
async def test_a_node_that_answers_nonsense_is_noted_and_harmless(registry: Registry, body: bytes) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{tail:.*}", nonsense)
    server = TestServer(app)
    await server.start_server()
    source = BundleSource([str(server.make_url(""))], registry.deployment_id, registry.oracle.member_set)
    await source.start()
    await source.refresh([3])
    assert source.known == () and len(source.troubles) == 1
    await source.close()
    await server.close()


async def test_a_bundle_that_comes_in_pieces_is_read_to_its_end(registry: Registry) -> None:
    good = json.dumps(Oracle(registry, {}).attest(1, 5, b"\1" * 32)).encode()

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for i in range(0, len(good), 100):
            await response.write(good[i : i + 100])
            await asyncio.sleep(0.01)
        return response

    app = web.Application()
    app.router.add_get("/v1/bundles/latest", slow)
    async with TestServer(app) as server:
        source = BundleSource([str(server.make_url(""))], registry.deployment_id, registry.oracle.member_set)
        await source.start()
        await source.refresh()
        assert [bundle.block for bundle in source.known] == [1] and not source.troubles
        await source.close()
