"""One operation, one row: the same stem in the specification, the types, the state rules and the circuits."""

from __future__ import annotations

import pytest

from tests.house.sources import ROOT

REFERENCE = "offchain/zklink/protocol/ops"
FOLDERS = {
    "docs/spec/operations": ".md",
    "offchain/zklink/state/ops": ".py",
    "circuits/ops": ".circom",
}
SHARED = {"__init__", "base", "codec", "README", "exit_part", "common"}
"""Not operations: shared code, and EXIT_PART, which is a step of FULL_EXIT and never asked for by itself."""


def stems(folder: str, suffix: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(f"*{suffix}")} - SHARED


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if (ROOT / folder).is_dir()])
def test_every_operation_has_its_file(folder: str) -> None:
    wanted, found = stems(REFERENCE, ".py"), stems(folder, FOLDERS[folder])
    missing, extra = sorted(wanted - found), sorted(found - wanted)
    assert not missing, f"{folder} lacks {missing}: {REFERENCE} has them"
    assert not extra, f"{folder} has {extra}: shared code goes one folder up, or into SHARED of this test"
