"""kill -9 at every point that matters: a signer between record and send, a relayer between any two of its steps.

    python -m tests.chaos.kills signer DATABASE KILLS | relayer FOLDER SEED       prints one JSON object

Every life is a forked process of its own with its own files open; it dies by SIGKILL, the next one finds what it left.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_utils import keccak

from tests.support.anvil import KEYS, anvil
from tests.unit.oracle.support import DEPLOYMENT
from zklink.chain.client import ChainClient
from zklink.chain.sender import FeePolicy
from zklink.journal.progress import Progress
from zklink.journal.store import Journal
from zklink.journal.submissions import Submission, Submissions
from zklink.oracle.errors import SigningRefused
from zklink.oracle.protection import Kind, ProtectionDatabase
from zklink.oracle.signer import Signer
from zklink.protocol.attestation import Attestation, recover_member
from zklink.protocol.hashing import u256
from zklink.relayer.call import Call
from zklink.relayer.outbox import Outbox

MEMBER = Account.from_key((77).to_bytes(32, "big"))
KEY, NETWORK = bytes.fromhex(MEMBER.address[2:]), u256(DEPLOYMENT)
COUNT, STEP = keccak(text="at()")[:4], keccak(text="step(uint256)")[:4]
"""Selectors of a contract that only takes the next number."""
WINDOW = 4
POINTS = ("plan", "sign", "record", "send", "sent", "mine", "mined", "finalise", "final")
"""Relayer: after PLANNED is kept; before and after SIGNED is kept; after the broadcast; after SENT is kept; before and
after MINED is kept; before and after FINAL is kept."""


def die() -> None:
    """Now, without any farewell."""
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], None], kill_after: float | None = None) -> int:
    """Run `work` in a forked process, perhaps killing it from outside; its exit status (-9 when killed)."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# ---- signer


def sign_until_killed(path: Path, out: int, first: int, fatal: int, where: str) -> None:
    """Sign random contents of the numbers from `first`; what leaves the process is a line on `out`."""
    signer = Signer(MEMBER, ProtectionDatabase.open(path, KEY, NETWORK), DEPLOYMENT)
    original = signer._sign_digest

    def inside(digest: bytes) -> bytes:
        signature = original(digest)
        if where == "inside" and number == fatal:
            die()
        return signature

    signer._sign_digest = inside  # type: ignore[method-assign]
    for number in range(first, fatal + 1):
        message = Attestation(1, 0, number, 1 + secrets.randbelow(2**200), secrets.token_bytes(32))
        try:
            item = signer.attest(message)
        except SigningRefused:
            continue
        if where == "after" and number == fatal:
            die()
        line = f"{number} {message.state_root} {message.sync_hash.hex()} {item.signature.hex()}\n"
        os.write(out, line.encode())
    if where != "outside":
        die()
    time.sleep(60)


def signer_kills(path: Path, kills: int) -> dict[str, Any]:
    """Kill a signer `kills` times around the moment of release; what got out, judged."""
    rng = random.Random(kills)
    ProtectionDatabase.create(path, KEY)
    sent: dict[int, set[tuple[int, str]]] = {}
    wrong = refused_to_start = released = 0
    began = time.monotonic()
    for life in range(kills):
        read, write = os.pipe()
        where = ("inside", "after", "outside")[life % 3]
        first = max(1, 2 * life - WINDOW)  # goes over what earlier lives signed
        status = in_child(
            lambda w=write, f=first, k=2 * life + 2, at=where: sign_until_killed(path, w, f, k, at),  # type: ignore[misc]
            kill_after=rng.uniform(0.004, 0.02) if where == "outside" else None,
        )
        os.close(write)
        with os.fdopen(read) as lines:
            for line in lines:
                if not line.endswith("\n"):
                    continue
                number, root, sync_hash, signature = line.split()
                sent.setdefault(int(number), set()).add((int(root), sync_hash))
                released += 1
                wrong += not _is_kept(path, int(number), int(root), bytes.fromhex(sync_hash), bytes.fromhex(signature))
        refused_to_start += status != -9
    return {
        "kills": kills,
        "released": released,
        "wrong_signatures": wrong,
        "contradictions": sum(len(contents) > 1 for contents in sent.values()),
        "did_not_start": refused_to_start,
        "seconds": round(time.monotonic() - began, 1),
    }


def _is_kept(path: Path, number: int, root: int, sync_hash: bytes, signature: bytes) -> bool:
    """S5: what was released recovers to the member and stands in the database, byte for byte."""
    message = Attestation(1, 0, number, root, sync_hash)
    if recover_member(message.digest(DEPLOYMENT), signature) != int(MEMBER.address, 16):
        return False
    database = ProtectionDatabase.open(path, KEY, NETWORK)
    try:
        found = database.find(Kind.ATTEST, 0, number)
        return [(r.claim.digest, r.signature) for r in found] == [(message.digest(DEPLOYMENT), signature)]
    finally:
        database.close()


# ---- relayer


class DeadlyRows(Submissions):
    """Dies before or after a state is kept."""

    def __init__(self, journal: Journal, point: str) -> None:
        super().__init__(journal)
        self._point = point

    def save(self, row: Submission) -> None:
        """Keep, or die."""
        if (self._point, row.state) in {("sign", "SIGNED"), ("mine", "MINED"), ("finalise", "FINAL")}:
            die()
        super().save(row)
        point = {"PLANNED": "plan", "SIGNED": "record", "SENT": "sent", "MINED": "mined", "FINAL": "final"}
        if point.get(row.state) == self._point:
            die()


async def relay(url: str, folder: Path, contract: str, target: int, point: str) -> None:
    """One life of a relayer that takes the counter to `target`, or dies at `point`."""
    client = ChainClient(1, 31337, [url])
    await client.start()
    request = client.request

    async def deadly(method: str, params: list[Any]) -> Any:
        answer = await request(method, params)
        if method == "eth_sendRawTransaction" and point == "send":
            die()
        return answer

    client.request = deadly  # type: ignore[method-assign]
    journal = Journal(folder / "j.sqlite", "0x11")
    outbox = Outbox(client, Account.from_key(KEYS[1]), DeadlyRows(journal, point), Progress(journal), FeePolicy())
    await outbox.recover()
    while True:
        at = int.from_bytes(await client.call(contract, COUNT), "big")
        await outbox.step(await client.block(), await client.final_block(), lambda _, n, at=at: n <= at)  # type: ignore[misc]
        busy = any(True for _ in Submissions(journal).open(1))
        if at >= target and not busy:
            break
        if at < target and not outbox.in_flight("commit"):
            data = STEP + u256(at + 1)
            await outbox.submit(Call("commit", at + 1, at + 1, contract, data))
        await request("anvil_mine", ["0x1"])
    journal.close()
    await client.close()


def relayer_kills(folder: Path, seed: int) -> dict[str, Any]:
    """Kill a relayer once at each of its points, in random order; gaps and doubles in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    order = list(POINTS)
    random.Random(seed).shuffle(order)
    with anvil(31337) as node:
        contract = asyncio.run(_deploy(node.url))
        killed = {}
        for number, point in enumerate(order, 1):
            killed[point] = (
                in_child(lambda n=number, p=point: asyncio.run(relay(node.url, folder, contract, n, p))) == -9
            )  # type: ignore[misc]
        if in_child(lambda: asyncio.run(relay(node.url, folder, contract, len(order), "never"))) != 0:
            raise RuntimeError("the last relayer did not come to its end")
        at, nonce = asyncio.run(_count(node.url, contract))
    journal = Journal(folder / "j.sqlite", "0x11")
    rows = journal.all("SELECT nonce, state FROM submissions WHERE nonce IS NOT NULL ORDER BY nonce")
    journal.close()
    used = {int(row["nonce"]) for row in rows}
    return {
        "killed_at": killed,
        "steps": at,
        "transactions": nonce,
        "nonce_gaps": len(set(range(nonce)) ^ used),
        "doubled": nonce - at + abs(at - len(order)),
        "not_final": sum(row["state"] != "FINAL" for row in rows),
    }


async def _deploy(url: str) -> str:
    from tests.unit.relayer.conftest import bytecode  # the compiler is slow to import

    client = ChainClient(1, 31337, [url])
    sender = Account.from_key(KEYS[0]).address
    tx = await client.request("eth_sendTransaction", [{"from": sender, "data": bytecode()}])
    receipt = None
    while receipt is None:
        receipt = await client.receipt(tx)
    await client.close()
    return str(receipt["contractAddress"])


async def _count(url: str, contract: str) -> tuple[int, int]:
    client = ChainClient(1, 31337, [url])
    at = int.from_bytes(await client.call(contract, COUNT), "big")
    nonce = await client.nonce(Account.from_key(KEYS[1]).address)
    await client.close()
    return at, nonce


# ---- from another program


def kill_signer(path: Path, kills: int) -> dict[str, Any]:
    """`signer_kills` in a process without threads."""
    return _run("signer", str(path), str(kills))


def kill_relayer(folder: Path, seed: int) -> dict[str, Any]:
    """`relayer_kills` in a process without threads."""
    return _run("relayer", str(folder), str(seed))


def _run(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.kills", *arguments], stdout=subprocess.PIPE, cwd=Path.cwd(), check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(kind: str, place: str, number: str) -> None:
    """Child side of `kill_signer` and `kill_relayer`."""
    work = {"signer": signer_kills, "relayer": relayer_kills}[kind]
    print(json.dumps(work(Path(place), int(number))))


if __name__ == "__main__":
    main(*sys.argv[1:])
