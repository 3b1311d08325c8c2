"""The dashboard asks for metrics that exist, and forgets none."""

import json
import re
from pathlib import Path

from zklink.oracle.metrics import Metrics

DASHBOARD = Path(__file__).resolve().parents[3] / "docs" / "dashboards" / "oracle.json"
SUFFIXES = ("_total", "_bucket", "_count", "_sum")


def base(name: str) -> str:
    return next((name.removesuffix(s) for s in SUFFIXES if name.endswith(s)), name)


def test_dashboard_and_metrics_are_the_same_set() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {base(n) for p in panels for t in p["targets"] for n in re.findall(r"lon_\w+", t["expr"])}
    assert asked == {metric.name for metric in Metrics().registry.collect()}
