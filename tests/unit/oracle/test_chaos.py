"""The short form of `make chaos-oracle`: each schedule once, fewer kills."""

from pathlib import Path

import pytest

from tests.chaos.oracle import SCHEDULES, is_clean, play


@pytest.mark.slow
async def test_faults_lead_to_nothing_wrong_and_end_attested(tmp_path: Path) -> None:
    report = await play(tmp_path, runs=len(SCHEDULES), kills=30, seed=7)
    assert is_clean(report), report
    assert all(report["relayer"]["killed_at"].values()), report["relayer"]
    assert report["signer"]["released"] > 0 and report["signer"]["did_not_start"] == 0, report["signer"]
    assert report["signatures_judged"] > 0 and report["relayer"]["not_final"] == 0, report
