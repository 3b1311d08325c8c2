"""Golden vectors of request hashes: the twin, and the contract where a deposit of that size is possible at all."""

from __future__ import annotations

import json
from pathlib import Path

import ape
import pytest

from tests.contracts.bridge.model import DEPOSIT, FULL_EXIT, Request
from tests.contracts.conftest import REQUEST_FEE

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "request.json"
CASES = json.loads(VECTORS.read_text())["cases"]
LARGEST_CAP = 2**96 - 1


def request_of(operation):
    is_deposit = operation["type"] == "DEPOSIT"
    return Request(
        op=DEPOSIT if is_deposit else FULL_EXIT,
        account=0 if is_deposit else operation["account"],
        sub_account=operation["sub_account"],
        token_id=operation["token"],
        scale=operation["scale"],
        domain=operation["owner"]["domain"],
        owner=operation["owner"]["address"],
        units=int(operation["units"]) if is_deposit else 0,
        payee=operation["depositor" if is_deposit else "recipient"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["operation"]["type"])
def test_twin_agrees(case):
    request = request_of(case["operation"])
    assert request.packed().hex() == case["encoded"][2:]
    assert request.hash() == bytes(8) + bytes.fromhex(case["hash"][2:])[:24]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if int(case["operation"].get("units", 0)) <= LARGEST_CAP],
    ids=lambda case: case["operation"]["type"],
)
def test_contract_agrees(project, deploy_bridge, actors, accounts, case):
    request = request_of(case["operation"])
    bridge = deploy_bridge(chain_id=case["operation"]["chain"])
    coin = actors.deployer.deploy(project.OddToken, 18 - request.scale)
    bridge.list_token(request.token_id, coin, 10**15, sender=actors.lister)
    if request.op == DEPOSIT:
        sender = accounts[request.payee]
        sender.balance = 10**20
        coin.mint(sender, request.units, sender=actors.deployer)
        coin.approve(bridge, request.units, sender=sender)
        call = bridge.deposit.encode_input(coin, request.units, request.domain, request.owner, request.sub_account)
    else:
        sender = accounts[request.owner]
        sender.balance = 10**20
        call = bridge.request_full_exit.encode_input(
            request.account, request.sub_account, request.token_id, request.payee
        )
    if request.op == FULL_EXIT and request.domain != 0:  # a contract wallet at the owner's address
        code = project.Callee.contract_type.get_runtime_bytecode()
        ape.chain.provider.set_code(request.owner, code)
        wallet = project.Callee.at(request.owner)
        wallet.act(bridge, call, REQUEST_FEE, sender=actors.alice, value=REQUEST_FEE)
    else:
        sender.transfer(bridge, REQUEST_FEE, data=call)
    assert bridge.request_hash(0) == request.hash()
