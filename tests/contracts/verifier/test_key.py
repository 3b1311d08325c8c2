"""Groth16Verifier's constructor: keys that anyone could forge under are refused."""

from __future__ import annotations

from typing import Any

import ape
import pytest

from tests.contracts.verifier.conftest import INPUTS, KEY
from tests.support.groth16_trapdoor import (
    P,
    TrapdoorKey,
    forge_with_equal_gamma_delta,
    g1,
    g2,
    twist_point_outside_subgroup,
)


def refuse(project: Any, actors: Any, reason: str, key: TrapdoorKey, development: bool = True) -> None:
    with ape.reverts(reason):
        actors.deployer.deploy(project.Groth16Verifier, key.constructor, development)


@pytest.mark.parametrize("delta", [KEY.gamma, -KEY.gamma], ids=["equal", "opposite"])
def test_gamma_equal_to_delta(project: Any, actors: Any, delta: int) -> None:
    refuse(project, actors, "proof/key_gamma_delta", TrapdoorKey(gamma=7, delta=7 if delta > 0 else -7))


def test_the_forgery_that_gamma_equal_to_delta_invites(verifier: Any) -> None:
    """Under gamma = delta this proof of any inputs verifies; under an honest key it does not."""
    forged = forge_with_equal_gamma_delta((KEY.alpha, KEY.beta), KEY.ic, INPUTS)
    with ape.reverts("proof/invalid"):
        verifier.verify(forged, INPUTS)


@pytest.mark.parametrize(
    "key",
    [
        TrapdoorKey(alpha=1),
        TrapdoorKey(alpha=-1),
        TrapdoorKey(beta=1),
        TrapdoorKey(beta=-1),
        TrapdoorKey(gamma=7, delta=1),
        TrapdoorKey(gamma=7, delta=-1),
    ],
    ids=["alpha", "-alpha", "beta", "-beta", "delta", "-delta"],
)
def test_generator_as_a_secret(project: Any, actors: Any, key: TrapdoorKey) -> None:
    refuse(project, actors, "proof/key_default", key)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_wrong_number_of_inputs(project: Any, actors: Any, count: int) -> None:
    refuse(project, actors, "proof/key_inputs", TrapdoorKey(ic=tuple(range(2, 2 + count))))


BAD_G1 = {
    "infinity": [0, 0],
    "off_curve": [1, 3],
    "x_plus_p": [g1(9)[0] + P, g1(9)[1]],
    "y_plus_p": [g1(9)[0], g1(9)[1] + P],
}


@pytest.mark.parametrize("kind", BAD_G1)
@pytest.mark.parametrize("where", ["alpha", 0, 4])
def test_bad_point_of_g1(project: Any, actors: Any, kind: str, where: Any) -> None:
    ic = [list(g1(k)) for k in KEY.ic]
    if where != "alpha":
        ic[where] = BAD_G1[kind]
    overrides = {"alpha": BAD_G1[kind]} if where == "alpha" else {"ic": ic}
    refuse(project, actors, "proof/key_point", TrapdoorKey(overrides=overrides))


BAD_G2 = {
    "infinity": [0, 0, 0, 0],
    "off_curve": [g2(9)[0] ^ 1, *g2(9)[1:]],
    "plus_p": [g2(9)[0] + P, *g2(9)[1:]],
    "outside_subgroup": list(twist_point_outside_subgroup()),
}


@pytest.mark.parametrize("kind", BAD_G2)
@pytest.mark.parametrize("where", ["beta", "gamma", "delta"])
def test_bad_point_of_g2(project: Any, actors: Any, kind: str, where: str) -> None:
    refuse(project, actors, "proof/key_point", TrapdoorKey(overrides={where: BAD_G2[kind]}))


def test_development_key_is_marked(project: Any, actors: Any, verifier: Any) -> None:
    assert verifier.development()
    production = actors.deployer.deploy(project.Groth16Verifier, KEY.constructor, False)
    assert not production.development()


@pytest.mark.parametrize(
    ("chain_id", "refused"), [(1, True), (31336, True), (31337, False), (31400, False), (31401, True)]
)
def test_development_key_lives_on_local_chains_only(
    project: Any, actors: Any, chain: Any, chain_id: int, refused: bool
) -> None:
    """Constructor run as a call with another chain id: anvil's override of the block environment."""
    web3 = chain.provider.web3
    own = chain.provider.chain_id
    contract = project.Groth16Verifier
    code = contract.contract_type.deployment_bytecode.bytecode
    arguments = contract.constructor.encode_input(KEY.constructor, True)
    call = {
        "from": actors.deployer.address,
        "data": "0x" + bytes.fromhex(code.removeprefix("0x")).hex() + arguments.hex(),
    }
    web3.provider.make_request("anvil_setChainId", [chain_id])
    try:
        answer = web3.provider.make_request("eth_call", [call, "latest"])
    finally:
        web3.provider.make_request("anvil_setChainId", [own])
    assert ("error" in answer) == refused, answer
    if refused:
        assert "proof/development_key" in str(answer["error"])
