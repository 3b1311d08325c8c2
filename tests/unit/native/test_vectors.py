"""The golden vectors: the library answers as the files say, and the files are as circomlibjs answers."""

import json
from pathlib import Path
from typing import Any

import pytest

import zklink_native as native
from tests.support.vectors import crypto

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("name", ["poseidon", "eddsa"])
def test_files_are_fresh(name: str) -> None:
    assert read(name) == getattr(crypto, name)()


def test_poseidon() -> None:
    for case in read("poseidon")["cases"]:
        inputs = [int(value, 16) for value in case["inputs"]]
        assert native.poseidon(inputs, int(case["tag"], 16)) == int(case["hash"], 16)


def test_eddsa() -> None:
    for case in read("eddsa")["cases"]:
        key = tuple(int(value, 16) for value in case["key"])
        signature = (*(int(value, 16) for value in case["r8"]), int(case["s"], 16))
        assert native.eddsa_verify(key, signature, int(case["message"], 16)) == case["valid"], case["fault"]
