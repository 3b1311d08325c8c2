"""Users' commands against an invented API."""

import json
from pathlib import Path

import pytest
from eth_account import Account

from tests.unit.cli.support import ALICE_KEY, HASH, FakeApi, serve, write_registry, zlk
from tests.unit.oracle.support import DEPLOYMENT
from zklink.cli.amounts import pack_up
from zklink.crypto import eddsa
from zklink.protocol.amounts import PackedFee
from zklink.protocol.ops import op_from_json
from zklink.sdk.wallet import Wallet

ALICE = Account.from_key(ALICE_KEY)
BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture
def api():
    made = FakeApi()
    stop = serve(made)
    yield made
    stop()


@pytest.fixture
def call(api: FakeApi, tmp_path: Path):
    write_registry(tmp_path / "registry.json")

    def invoke(*arguments: str, **environment: str | None):
        given = {"ZKLINK_PRIVATE_KEY": ALICE_KEY, "ZKLINK_API": api.url,
                 "ZKLINK_REGISTRY": str(tmp_path / "registry.json")}  # fmt: skip
        return zlk(*arguments, **(given | environment))

    return invoke


def sent_op(api: FakeApi):
    ((tx, *rest),) = api.sent()
    assert rest == []
    op = op_from_json(tx)
    key, signature = Wallet(ALICE, DEPLOYMENT).public_key, op.signature
    assert eddsa.verify((key.x, key.y), (signature.r8x, signature.r8y, signature.s), op.signing_message(DEPLOYMENT))
    return op


def test_transfer(api: FakeApi, call) -> None:
    result = call("transfer", "12.5", "usdc", "--to", BOB, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"tx_hash": HASH, "next": f"zlk status {HASH}"}
    op = sent_op(api)
    assert (op.NAME, op.account, op.nonce, op.token, op.amount.value) == ("TRANSFER", 7, 3, 2, 125 * 10**17)
    assert (op.to.domain, op.to.address) == (0, int(BOB, 16))
    assert op.fee.value == 12350 * 10**12  # the smallest packable fee that is not below the API's


def test_transfer_with_fee_by_token_id_and_wait(api: FakeApi, call) -> None:
    result = call("transfer", "1", "2", "--to", BOB, "--fee", "0.05", "--to-sub", "4", "--sub", "1", "--wait", "proven")
    assert result.exit_code == 0, result.output
    op = sent_op(api)
    assert (op.fee.value, op.to_sub_account, op.sub_account) == (5 * 10**16, 4, 1)
    assert "proven" in result.stdout and "proven" in result.stderr


def test_withdraw(api: FakeApi, call) -> None:
    result = call("withdraw", "5", "USDC", "--chain", "2", "--ratio", "30")
    assert result.exit_code == 0, result.output
    op = sent_op(api)
    assert (op.chain, op.amount, op.recipient, op.ratio) == (2, 5 * 10**18, int(ALICE.address, 16), 30)


def test_key_activate(api: FakeApi, call) -> None:
    result = call("key", "activate", "--token", "USDC", "--json")
    assert result.exit_code == 0, result.output
    op = sent_op(api)
    assert op.NAME == "CHANGE_KEY" and op.key == Wallet(ALICE, DEPLOYMENT).public_key and op.chain == 1
    assert len(op.eth_signature) == 65


def test_key_show(call) -> None:
    shown = json.loads(call("key", "show", "--json").stdout)
    assert shown["address"] == ALICE.address
    assert shown["key_x"] == str(Wallet(ALICE, DEPLOYMENT).public_key.x)


def test_account(api: FakeApi, call) -> None:
    shown = call("account")
    assert shown.exit_code == 0 and "USDC" in shown.stdout and "12.5" in shown.stdout and "not set" in shown.stdout
    assert ("getAccount", [ALICE.address]) in api.calls
    assert json.loads(call("account", "7", "--json").stdout)["balances"] == {"0": {"2": str(125 * 10**17)}}
    assert ("getAccount", [7]) in api.calls
    api.answers["getAccountBalances"] = {}
    assert "No balances" in call("account", BOB, ZKLINK_PRIVATE_KEY=None, ZKLINK_REGISTRY=None).stdout


def test_status(api: FakeApi, call) -> None:
    shown = call("status", HASH.upper().replace("X", "x"))
    assert shown.exit_code == 0 and "chain 2" in shown.stdout and "synced" in shown.stdout
    assert json.loads(call("status", HASH, "--json").stdout)["receipt"]["status"] == "proven"
    api.answers["getTransactionByHash"] = {"code": 203, "message": "unknown"}
    assert "is unknown" in call("status", HASH).stdout
    assert json.loads(call("status", HASH, "--json").stdout)["receipt"]["status"] == "unknown"
    late = call("status", HASH, "--wait", "executed", "--timeout", "1")
    assert late.exit_code == 1 and "is unknown after 1 s" in late.stderr
    api.answers["getTransactionByHash"] = {"txHash": HASH, "tx": {}, "receipt": {"status": "failed", "failReason": "x"}}
    assert "failed" in call("status", HASH).stdout
    assert call("status", HASH, "--wait", "sealed").exit_code == 1


def test_block(api: FakeApi, call) -> None:
    shown = call("block")
    assert shown.exit_code == 0 and "Block 5" in shown.stdout and HASH in shown.stdout
    assert json.loads(call("block", "5", "--json").stdout)["onChain"]["committed"][0]["chainId"] == 1


def test_chains_that_do_not_answer_are_rows(call) -> None:
    result = call("chains", "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)["chains"]
    assert [row["chain"] for row in rows] == [1, 2] and all(row["problem"] for row in rows)
    assert "chain 2:" in call("chains").stderr


def test_health_names_every_problem(api: FakeApi, call, tmp_path: Path) -> None:
    write_registry(tmp_path / "registry.json", [api.url] * 3 + ["http://127.0.0.1:9"])
    result = call("health", "--json")
    parts = {p["part"]: p["problem"] for p in json.loads(result.stdout)["parts"]}
    assert result.exit_code == 1
    assert parts["sequencer"] is None and parts[f"oracle {api.url}"] is None
    assert "does not answer" in parts["oracle http://127.0.0.1:9"] and parts["chain 1"]
    assert parts["API and registry name one deployment"] is None
    api.ready = 503
    api.answers["getDeployment"] = {"deploymentId": "0x01"}
    shown = call("health")
    assert "503" in shown.stdout and "the API serves 0x01" in shown.stdout


# errors


def error(result) -> dict:
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    return json.loads(result.stderr.splitlines()[-1])["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("transfer", "1,5", "USDC", "--to", BOB), "amount: '1,5' is not"),
        (("transfer", "1", "BTC", "--to", BOB), "known tokens: USDC (2), ONE (4)"),
        (("transfer", "1", "USDC", "--to", "bob"), "to: 'bob' is not an address"),
        (("transfer", "1", "USDC", "--to", BOB.replace("C", "c", 1)), "wrong checksum"),
        (("transfer", "1.00000000001", "USDC", "--to", BOB), "amount: does not fit"),
        (("transfer", "1", "USDC", "--to", BOB, "--fee", "1.2345"), "fee: does not fit"),
        (("transfer", "1", "ONE", "--to", BOB), "fees are not taken in ONE"),
        (("withdraw", "1", "USDC", "--chain", "8"), "chain: 8 is unknown; known chains: [1, 2]"),
        (("withdraw", "1", "ONE", "--chain", "2"), "not listed on chain 2"),
        (("withdraw", "0.0000001", "USDC", "--chain", "1"), "more than 6 decimals"),
        (("deposit", "1", "USDC", "--chain", "1"), "chain 1"),
        (("claim", "USDC", "--chain", "1"), "chain 1"),
        (("status", "0x12"), "hash: '0x12' is not a transaction hash"),
        (("account", "x"), "who: 'x' is not an address"),
    ],
)  # fmt: skip
def test_wrong_input_is_named_and_nothing_sent(api: FakeApi, call, arguments: tuple, message: str) -> None:
    assert message in error(call(*arguments, "--json"))["message"]
    assert api.sent() == []


@pytest.mark.parametrize(
    ("code", "hint"), [(201, "deposit first"), (204, "key activate"), (206, "zlk account"), (208, "zlk chains")]
)
def test_refusal_of_the_api_comes_with_advice(api: FakeApi, call, code: int, hint: str) -> None:
    api.answers["sendTransaction"] = {"code": code, "message": "no"}
    result = call("transfer", "1", "USDC", "--to", BOB)
    assert result.exit_code == 1 and f"(code {code})" in result.stderr and hint in result.stderr
    assert hint in error(call("transfer", "1", "USDC", "--to", BOB, "--json"))["hint"]


def test_missing_registry_and_key_say_what_to_do(call) -> None:
    assert "ZKLINK_REGISTRY" in error(call("account", "--json", ZKLINK_REGISTRY=None))["message"]
    assert "No such file" in error(call("account", "--json", ZKLINK_REGISTRY="none.json"))["message"]
    assert "ZKLINK_PRIVATE_KEY" in error(call("account", "--json", ZKLINK_PRIVATE_KEY=None))["message"]


def test_silent_api(call) -> None:
    assert "is the sequencer running" in error(call("block", "--json", ZKLINK_API="http://127.0.0.1:9"))["message"]


def test_no_option_takes_a_key() -> None:
    from zklink.cli import main

    def options(command):
        for sub in getattr(command, "commands", {}).values():
            yield from options(sub)
        yield from (o for p in command.params for o in p.opts)

    assert not {o for o in options(main) if "private" in o or o in ("--key", "--passphrase", "--password", "--secret")}


@pytest.mark.parametrize(
    "path",
    [[], ["account"], ["key"], ["key", "show"], ["key", "activate"], ["deposit"], ["transfer"], ["withdraw"], ["exit"],
     ["claim"], ["status"], ["block"], ["chains"], ["health"], ["oracle"], ["oracle", "init"], ["oracle", "serve"],
     ["oracle", "status"], ["oracle", "unfreeze"], ["run"]],
)  # fmt: skip
def test_help_has_examples(path: list[str]) -> None:
    result = zlk(*path, "--help")
    assert result.exit_code == 0
    if path not in ([], ["key"], ["oracle"]):
        assert f"zlk {' '.join(path)}" in result.stdout, result.stdout


@pytest.mark.parametrize("fee", [0, 1, 2047, 2048, 2049, 20471, 12345 * 10**12, 10**18 + 1])
def test_pack_up(fee: int) -> None:
    packed = pack_up(fee)
    assert packed >= fee and PackedFee.of(packed).value == packed
    assert packed == fee or PackedFee.floor(packed - 1).value < fee
