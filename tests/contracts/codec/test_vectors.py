"""Codec: the golden vectors that the Python twins are tested with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.settlement import attest_digest
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.statement import fold
from zklink.protocol.words import C0, C1

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


STATEMENT = load("statement")
BLOCKS = STATEMENT["blocks"]


def number(text: str) -> int:
    return int(text, 16)


def data(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@pytest.fixture(scope="module")
def codec(project: Any, actors: Any) -> Any:
    return actors.deployer.deploy(project.Codec)


def header_of(block: dict[str, Any]) -> tuple[int, ...]:
    h = block["header"]
    counts = int.from_bytes(data(block["streams"]["0"])[-31:], "big")
    return (
        number(h["deployment_id"]), h["number"], h["timestamp"], h["shape"], h["chain_count"],
        number(h["old_root"]), number(h["new_root"]), counts,
    )  # fmt: skip


def digests_of(block: dict[str, Any]) -> list[bytes]:
    return [data(block["digests"].get(str(s), "0x" + "00" * 32)) for s in range(10)]


def claims_of(block: dict[str, Any]) -> list[int]:
    return [number(block["claims"].get(str(s), "0x0")) for s in range(10)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: f"block {b['header']['number']}")
def test_statement_of_a_block(codec: Any, block: dict[str, Any]) -> None:
    header, digests, claims = header_of(block), digests_of(block), claims_of(block)
    chain_count = block["header"]["chain_count"]
    z, u, h = number(block["z"]), number(block["u"]), number(block["h"])
    stream = data(block["streams"]["0"])
    assert list(codec.header_words(header)) == [int.from_bytes(stream[at : at + 31], "big") for at in range(0, 217, 31)]
    assert bytes(codec.header_digest(header)) == digests[0]
    assert codec.first_challenge(header, h, digests) == z
    assert codec.header_claim(header, z) == claims[0]
    assert codec.second_challenge(z, claims, chain_count) == u
    assert codec.combined_claim(u, claims) == number(block["y"])
    hashed = codec.statement_hash(h, digests, claims, chain_count)
    assert bytes(hashed) == data(block["statement_hash"])
    assert bytes(codec.next_sync_hash(data(block["sync_before"]), hashed)) == data(block["sync_after"])


def test_genesis_sync_hash(codec: Any) -> None:
    found = codec.genesis_sync_hash(data(STATEMENT["deployment_id"]))
    assert bytes(found) == data(STATEMENT["genesis_sync_hash"])


@pytest.mark.parametrize("case", load("request")["cases"], ids=lambda c: c["operation"]["type"])
def test_request_hash(codec: Any, case: dict[str, Any]) -> None:
    """The first 24 bytes of the hash, as the bridge keeps it; `applied` and a deposit's account are no part of it."""
    raw = data(case["encoded"])
    c0 = raw[0] << 240 | 1 << 232 | int.from_bytes(raw[1:30], "big")
    units, payee = int.from_bytes(raw[30:46], "big"), int.from_bytes(raw[46:], "big")
    assert bytes(codec.request_hash(c0, units, payee)) == bytes(8) + data(case["hash"])[:24]


@pytest.mark.parametrize("case", load("operations")["cases"], ids=lambda c: c["name"])
def test_operation_words(codec: Any, case: dict[str, Any]) -> None:
    words = [number(word) for word in case.get("chain_words", [])]
    if not words:
        return
    assert codec.word_count(words[0] >> 240) == len(words)
    found = codec.decode_operation(words[0], words[1])
    c0, c1 = C0.decode(words[0]), C1.decode(words[1])
    assert tuple(found) == (*c0.values(), *c1.values())


@pytest.mark.parametrize("op", [0, 2, 4, 8, 255, 2**248])
def test_unknown_operation_has_no_words(codec: Any, op: int) -> None:
    assert codec.word_count(op) == 0


def test_key_change_digest(codec: Any) -> None:
    vector = load("keys")["change_key"]
    op = vector["operation"]
    found = codec.change_key_digest(
        data(vector["deployment_id"]), int(op["key"]["x"]), int(op["key"]["y"]), op["nonce"], op["account"]
    )
    assert bytes(found) == data(vector["digest"])


def test_attestation_digest(codec: Any) -> None:
    vector = load("attestation")
    m = vector["message"]
    root, sync_hash, deployment = data(m["state_root"]), data(m["sync_hash"]), data(vector["deployment_id"])
    found = codec.attest_digest(deployment, m["set_epoch"], m["generation"], m["block_number"], root, sync_hash)
    assert bytes(found) == data(vector["digest"])
    assert bytes(found) == attest_digest(
        m["block_number"], root, sync_hash, epoch=m["set_epoch"], generation=m["generation"], deployment_id=deployment
    )


ELEMENT = st.integers(0, FIELD_MODULUS - 1)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(u=ELEMENT, claims=st.lists(ELEMENT, min_size=10, max_size=10), chain_count=st.integers(1, 8))
def test_combined_claim_equals_the_twin(codec: Any, u: int, claims: list[int], chain_count: int) -> None:
    claims = [y if s <= chain_count or s == 9 else 0 for s, y in enumerate(claims)]
    assert codec.combined_claim(u, claims) == fold(u, dict(enumerate(claims)), chain_count)
