"""LON T39: a process killed anywhere around the release never lets a second content out."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from eth_utils import keccak

from zklink.oracle.protection import Kind, ProtectionDatabase

KEY, NETWORK = b"\x11" * 20, b"\x22" * 32
CHILD = Path(__file__).with_name("kill_signer.py")


def run(path: Path, first: int, last: int, where: str, kill_after: float | None = None) -> list[tuple[int, str, str]]:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(path), str(first), str(last), where], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    out = ""
    if kill_after is not None:
        out = process.stdout.readline()  # it has started to send
        time.sleep(kill_after)
        process.kill()
    out += process.communicate(timeout=60)[0]
    assert process.returncode == -9
    lines = [line.split() for line in out.splitlines() if line.count(" ") == 2]
    return [(int(block), content, signature) for block, content, signature in lines if len(signature) == 128]


def check(path: Path, sent: list[tuple[int, str, str]]) -> None:
    contents: dict[int, set[str]] = {}
    for block, content, _ in sent:
        contents.setdefault(block, set()).add(content)
    assert all(len(c) == 1 for c in contents.values())
    database = ProtectionDatabase.open(path, KEY, NETWORK)
    for block, content, signature in sent:  # S5: whatever was sent stands on disk
        (record,) = database.find(Kind.ATTEST, 0, block)
        assert record.claim.content.hex() == content
        assert record.signature.hex() == signature
        assert record.claim.digest == keccak(bytes.fromhex(content))
    database.close()


@pytest.mark.parametrize("where", ["inside", "after"])
def test_kill_around_the_record_never_yields_two_contents(tmp_path: Path, where: str) -> None:
    path = tmp_path / "key.db"
    ProtectionDatabase.create(path, KEY)
    sent: list[tuple[int, str, str]] = []
    for i in range(15):
        sent += run(path, max(1, 4 * i - 7), 4 * i + 4, where)  # overlaps what earlier runs signed
        check(path, sent)
    assert sent


def test_kill_at_random_moments_never_yields_two_contents(tmp_path: Path) -> None:
    path = tmp_path / "key.db"
    ProtectionDatabase.create(path, KEY)
    sent: list[tuple[int, str, str]] = []
    for _ in range(12):
        highest = max((block for block, _, _ in sent), default=0)
        sent += run(path, max(1, highest - 20), 1_000_000, "never", kill_after=random.uniform(0, 0.1))
        check(path, sent)
    assert sent
