"""The main job with real proofs, every service killed once: same balances, nothing doubled, nothing lost."""

from pathlib import Path

from rich.console import Console

from tests.flows.kill_services import run


def test_every_service_is_killed_once_while_money_moves(tmp_path: Path) -> None:
    report = run(tmp_path / "network", kills=1, seed=7, console=Console())
    assert sum(report["kills"].values()) == 7
    assert report["operations"] > 0
    assert report["balances_equal"], report
    assert report["invariant_I1"], report
