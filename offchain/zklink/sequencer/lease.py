"""One sequencer on one journal: an exclusive lock on a file beside it, held by the process and gone with it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from zklink.sequencer.errors import SequencerHalted


class Lease:
    """Held from construction to `release`. Raises SequencerHalted when another process holds it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 32).decode(errors="replace").strip()
            os.close(self._file)
            raise SequencerHalted(f"{path}: another sequencer holds the lease (process {holder or '?'})") from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Give the lease up."""
        os.close(self._file)
