"""One process of a kind on one journal: an exclusive lock on a file beside it, held by the process and gone with it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from zklink.journal.errors import LeaseHeld


class Lease:
    """Held from construction to `release`. Raises LeaseHeld when another process has it, OSError when it cannot be."""

    def __init__(self, journal: Path, kind: str) -> None:
        """`kind`: sequencer or relayer."""
        path = f"{journal}.{kind}"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 32).decode(errors="replace").strip()
            os.close(self._file)
            raise LeaseHeld(str(journal), f"another {kind} holds the lease (process {holder or '?'})") from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Give the lease up."""
        os.close(self._file)
