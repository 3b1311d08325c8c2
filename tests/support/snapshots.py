"""Numbers that may change only on purpose: tests/snapshots/<name>.json, one flat object of integers.

`SNAPSHOT_UPDATE=1` rewrites instead of comparing.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "snapshots"


def check_snapshot(name: str, key: str, value: int, tolerance: int = 0) -> None:
    """Compare `value` with the recorded one.

    name: file without suffix, e.g. "gas", "sizes". tolerance: largest difference that passes, in the value's unit.
    Raises AssertionError when the key is not recorded or the value is further away, in either direction: a saving is
    recorded too.
    """
    path = FOLDER / f"{name}.json"
    if os.environ.get("SNAPSHOT_UPDATE") == "1":
        _record(path, key, value)
        return
    recorded = _read(path)
    hint = "run the test with SNAPSHOT_UPDATE=1 if this is meant"
    assert key in recorded, f"{path.name}: {key} is not recorded ({value}); {hint}"
    assert abs(recorded[key] - value) <= tolerance, f"{path.name}: {key} was {recorded[key]}, is {value}; {hint}"


def _read(path: Path) -> dict[str, int]:
    return json.loads(path.read_text()) if path.is_file() else {}


def _record(path: Path, key: str, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (Path(tempfile.gettempdir()) / "zklink-snapshots.lock").open("w") as lock:  # several test processes may write
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = {**_read(path), key: value}
        path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")
