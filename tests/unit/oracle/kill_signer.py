"""Child process of the kill tests: signs random contents, may kill itself around the moment of release.

argv: database, first block, last block, where ("inside": after signing, before the record; "after": between the
record and the send; "never": until the parent kills it). Sent signatures are lines on stdout.
"""

import os
import random
import secrets
import signal
import sys
from pathlib import Path

from eth_utils import keccak

from zklink.oracle.errors import SigningRefused
from zklink.oracle.protection import Claim, Kind, ProtectionDatabase

KEY, NETWORK = b"\x11" * 20, b"\x22" * 32


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    path, first, last, where = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    database = ProtectionDatabase.open(path, KEY, NETWORK)
    fatal = random.SystemRandom().randint(max(first, last - 3), last)
    for block in range(first, last + 1):
        content = secrets.token_bytes(32)

        def sign(digest: bytes, block: int = block) -> bytes:
            if where == "inside" and block == fatal:
                die()
            return digest + digest

        try:
            digest = keccak(content)
            signature = database.sign(Claim(Kind.ATTEST, 0, block, 1, content, digest), sign)
        except SigningRefused:
            continue
        if where == "after" and block == fatal:
            die()
        os.write(1, f"{block} {content.hex()} {signature.hex()}\n".encode())


if __name__ == "__main__":
    main()
