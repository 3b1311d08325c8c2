from collections.abc import Iterator
from pathlib import Path

import pytest

from zklink.journal.store import Journal

DEPLOYMENT = "0x" + "00" + "11" * 31


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zklink.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    found = Journal(path, DEPLOYMENT)
    yield found
    found.close()
