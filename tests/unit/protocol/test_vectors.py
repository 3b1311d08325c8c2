"""The golden vectors are those that the code writes; operations' words and messages one by one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.errors import NotPackable
from zklink.protocol.ops import (
    ChangeKey,
    Deposit,
    FullExit,
    Operation,
    Placement,
    Transfer,
    Withdraw,
    op_from_json,
    op_to_json,
)
from zklink.protocol.words import StepWords

ROOT = Path(__file__).parents[3]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "operations.json").read_text())
CASES = [case for case in VECTORS["cases"] if case["operation"]]
PACKED = {"amount": PackedAmount, "fee": PackedFee}


def words_of(op: Operation, case: dict[str, Any]) -> StepWords:
    match op:
        case Deposit():
            return op.step_words(Placement(case["account"], case["applied"]))
        case FullExit():
            return op.step_words(int(case["units"]))
        case Transfer():
            return op.step_words(case["to_account"], case["created"])
        case Withdraw():
            return op.step_words(case["scale"])
        case ChangeKey():
            return op.step_words()
    raise AssertionError(op)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_words_and_messages(case: dict[str, Any]) -> None:
    op = op_from_json(case["operation"])
    assert op_to_json(op) == case["operation"]
    words = words_of(op, case)
    assert [f"0x{word:062x}" for word in words.row] == case["row"]
    assert len(words.data) == len(case["data_words"])
    assert len(words.chain_words) == len(case["chain_words"])
    if "signing_message" in case:
        message = op.signing_message(int(VECTORS["deployment_id"], 16))  # type: ignore[attr-defined]
        assert message == int(case["signing_message"], 16)


def test_packed() -> None:
    for case in VECTORS["packed"]:
        assert PACKED[case["kind"]].of(int(case["value"])).code == case["code"]
    for case in VECTORS["not_packable"]:
        with pytest.raises(NotPackable):
            PACKED[case["kind"]].of(int(case["value"]))


def test_files_are_not_stale() -> None:
    check = subprocess.run(
        [sys.executable, "tools/vectors.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr
