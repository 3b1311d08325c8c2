"""The spec pages, the code, the circuits and the vectors say the same."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs/spec/operations").glob("*.md"))
CASES = {case["name"]: case for case in json.loads((ROOT / "tests/vectors/operations.json").read_text())["cases"]}
RULE = re.compile(r"^\| ((?:DEP|FEX|WDR|TRF|CHK|NOP|BLK|STM)-\d+) \|", re.M)


def text_of(*folders: str) -> str:
    files = (
        path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".py", ".circom")
    )
    return "\n".join(path.read_text() for path in files)


def stems(folder: str, suffix: str) -> set[str]:
    shared = {"__init__", "base", "codec", "common"}
    return {path.stem for path in (ROOT / folder).glob(f"*{suffix}")} - shared


def test_every_operation_has_its_tests() -> None:
    pages = {page.stem for page in PAGES}
    assert {f"test_{page}" for page in pages} <= stems("tests/unit/protocol/ops", ".py")
    assert {f"test_{page}" for page in pages} == stems("tests/unit/state/ops", ".py")


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "docs/spec/block.md", ROOT / "docs/spec/statement.md"], ids=lambda p: p.stem
)
def test_every_rule_is_cited_where_it_is_checked(page: Path) -> None:
    rules = RULE.findall(page.read_text())
    assert rules
    code = text_of("offchain/zklink/protocol", "offchain/zklink/state", "circuits")
    missing = [rule for rule in rules if not re.search(rf"{rule}\b", code)]
    assert not missing


def test_examples_are_the_vectors() -> None:
    for page in PAGES:
        for block in re.findall(r"```\n((?:\w+\n(?:  \w+ +[0-9a-f ]+\n)+)+)```", page.read_text()):
            for name, lines in re.findall(r"(\w+)\n((?:  .*\n)+)", block):
                case = CASES[name]
                shown = [line.replace(" ", "")[2:] for line in lines.splitlines() if not line.startswith("  M")]
                assert shown == [word[2:] for word in (*case["data_words"], *case["chain_words"])], name
                message = re.search(r"  M +(\w+)", lines)
                assert ("0x" + message[1] if message else None) == case.get("signing_message"), name
