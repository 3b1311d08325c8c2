"""One process of a kind on one journal."""

import subprocess
import sys
from pathlib import Path

import pytest

from zklink.journal.errors import LeaseHeld
from zklink.journal.lease import Lease

HOLDER = """
import sys
from pathlib import Path
from zklink.journal.lease import Lease
lease = Lease(Path(sys.argv[1]), "sequencer")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lease_is_exclusive_and_given_up(path: Path) -> None:
    first = Lease(path, "sequencer")
    with pytest.raises(LeaseHeld, match="another sequencer holds the lease"):
        Lease(path, "sequencer")
    Lease(path, "relayer").release()
    first.release()
    Lease(path, "sequencer").release()


def test_a_lease_ends_with_its_process(path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(LeaseHeld, match=f"process {process.pid}"):
            Lease(path, "sequencer")
        process.kill()
        process.wait()
        Lease(path, "sequencer").release()
