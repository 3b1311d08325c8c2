"""For the conftest of tests that use Ape: a build that is not stale and a data folder of their own."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def prepare_ape() -> None:
    """Call it from `pytest_configure`, before a project is used."""
    drop_stale_build()
    use_fresh_data_folder()


def drop_stale_build() -> None:
    """Make Ape compile everything again when any source or the configuration changed.

    Ape looks at each file by itself: it does not recompile what imports a changed Vyper module or Solidity library,
    and it can take a changed file for compiled when only another one was.
    """
    digest = hashlib.sha256()
    for path in [ROOT / "ape-config.yaml", *sorted((ROOT / "contracts").rglob("*"))]:
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    stamp = ROOT / ".build" / "sources.sha256"
    if not stamp.is_file() or stamp.read_text() != digest.hexdigest():
        (ROOT / ".build" / "__local__.json").unlink(missing_ok=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest.hexdigest())


def use_fresh_data_folder() -> None:
    """Ape remembers contracts by network and address on disk, so an earlier run's contract would shadow a new one."""
    import ape

    shared = Path(ape.config.DATA_FOLDER)
    folder = Path(tempfile.mkdtemp(prefix="ape-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if (shared / "packages").is_dir():  # compiled dependencies are worth keeping
        (folder / "packages").symlink_to(shared / "packages")
    ape.config.DATA_FOLDER = folder
