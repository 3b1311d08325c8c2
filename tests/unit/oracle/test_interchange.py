"""S7 and S8: moving a key. Nothing signed before may be contradicted, and two users of one key end (exit code 78)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cli.support import zlk
from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, signed
from tests.unit.oracle.test_node import KEYS, World, signed_number, until, world
from tests.unit.oracle.test_setup import write_registry
from zklink.cli.hints import exit_code_for
from zklink.oracle import protection_file
from zklink.oracle.errors import ConfigError, DoppelgangerFound, ProtectionDatabaseError, SigningRefused
from zklink.oracle.interchange import FORMAT, export_database, import_database
from zklink.oracle.protection import Kind, ProtectionDatabase
from zklink.oracle.setup import init_member
from zklink.oracle.signer import Signer
from zklink.protocol.hashing import u256
from zklink.protocol.oracle_messages import Abort

__all__ = ["world"]
KEY, NETWORK = bytes.fromhex(KEYS[0].address[2:]), u256(DEPLOYMENT)


def opened(path: Path) -> ProtectionDatabase:
    if not path.exists():
        ProtectionDatabase.create(path, KEY)
    return ProtectionDatabase.open(path, KEY, NETWORK)


def signer(path: Path) -> Signer:
    return Signer(KEYS[0], opened(path), DEPLOYMENT)


def document_of(path: Path) -> dict[str, Any]:
    database = opened(path)
    try:
        return export_database(database, KEY, NETWORK)
    finally:
        database.close()


def merge(path: Path, document: dict[str, Any]) -> int:
    return import_database(path, json.dumps(document).encode(), KEY, NETWORK)


def history(path: Path, numbers: list[int], root: int = 11, epoch: int = 1) -> dict[str, Any]:
    s = signer(path)
    for number in numbers:
        s.attest(attestation(number, root=root, epoch=epoch))
    s.close()
    return document_of(path)


def test_document_and_database_say_the_same(tmp_path: Path) -> None:
    document = history(tmp_path / "a.db", [1, 3])
    assert document["format"] == FORMAT and [row["block"] for row in document["signed"]] == [1, 3]
    assert merge(tmp_path / "b.db", document) == 2
    assert merge(tmp_path / "b.db", document) == 0
    assert document_of(tmp_path / "b.db") == document


def test_import_merges_by_maximum_and_only_forbids_more(tmp_path: Path) -> None:
    s = signer(tmp_path / "a.db")
    s.attest(attestation(2))
    s.abort(Abort(1, 0, 7, bytes(32)))
    s.close()
    other = history(tmp_path / "b.db", [4])
    other["watermarks"][0]["abort_keep"] = 9
    assert merge(tmp_path / "a.db", other) == 1
    database = opened(tmp_path / "a.db")
    assert database.watermark(0) == 4
    assert database.connection.execute("SELECT abort_keep FROM watermark").fetchone()[0] == 7
    assert [len(database.find(Kind.ATTEST, 0, n)) for n in (2, 4)] == [1, 1]
    database.close()


@settings(max_examples=15, deadline=None)
@given(first=st.sets(st.integers(1, 12), max_size=5), second=st.sets(st.integers(1, 12), max_size=5))
def test_merging_is_the_union_whatever_the_order(first: set[int], second: set[int], tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("merge")
    one, two = history(folder / "1.db", sorted(first)), history(folder / "2.db", sorted(second))
    merge(folder / "1.db", two)
    merge(folder / "2.db", one)
    merged = document_of(folder / "1.db")
    assert merged == document_of(folder / "2.db")
    assert [row["block"] for row in merged["signed"]] == sorted(first | second)
    assert [w["max_attest"] for w in merged["watermarks"]] == ([max(first | second)] if first | second else [])


def test_two_contents_for_one_number_are_not_merged(tmp_path: Path) -> None:
    mine, other = history(tmp_path / "a.db", [1, 2]), history(tmp_path / "b.db", [2, 3], root=12)
    with pytest.raises(ProtectionDatabaseError, match="two contents"):  # S8
        merge(tmp_path / "a.db", other)
    assert document_of(tmp_path / "a.db") == mine
    newer = history(tmp_path / "c.db", [2], root=12, epoch=2)
    with pytest.raises(ProtectionDatabaseError, match="two contents"):
        merge(tmp_path / "a.db", newer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(format="lon-spi-2"), "format"),
        (lambda d: d.update(key="0x" + "11" * 20), "key is"),
        (lambda d: d.update(network="0x" + "11" * 32), "network is"),
        (lambda d: d.pop("watermarks"), "watermarks"),
        (lambda d: d["signed"][0].update(block=-1), "not a number"),
        (lambda d: d["signed"][0].update(block=True), "not a number"),
        (lambda d: d["signed"][0].update(kind="curse"), "curse"),
        (lambda d: d["signed"][0].update(content="0x11"), "must have 32 bytes"),
        (lambda d: d["signed"][0].update(digest="0x" + "11" * 32), "another key's"),
        (lambda d: d["watermarks"][0].update(max_attest="1"), "not a number"),
        (lambda d: d["closed"].append({"generation": 0}), "through"),
    ],
)
def test_malformed_documents_change_nothing(tmp_path: Path, change: Any, reason: str) -> None:
    document = history(tmp_path / "a.db", [1])
    change(document)
    with pytest.raises(ConfigError, match=reason):
        merge(tmp_path / "b.db", document)
    assert not (tmp_path / "b.db").exists()


@pytest.mark.parametrize("raw", [b"", b"[" * 100_000, b"[]", b"\xff", b"null"])
def test_what_is_no_document_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(ConfigError):
        import_database(tmp_path / "b.db", raw, KEY, NETWORK)


def test_a_watermark_below_its_rows_is_raised(tmp_path: Path) -> None:
    document = history(tmp_path / "a.db", [5])
    document["watermarks"] = []
    merge(tmp_path / "b.db", document)
    database = opened(tmp_path / "b.db")
    assert database.watermark(0) == 5
    database.close()


# S7


def test_imported_database_does_not_sign_before_it_has_listened(tmp_path: Path) -> None:
    merge(tmp_path / "b.db", history(tmp_path / "a.db", [1]))
    s = Signer(KEYS[0], opened(tmp_path / "b.db"), DEPLOYMENT, listen_seconds=600)
    assert s.status().must_listen == "import"
    with pytest.raises(SigningRefused, match="S7"):
        s.attest(attestation(2))
    with pytest.raises(SigningRefused, match="listen for another"):
        s.listened()
    s.close()
    s = signer(tmp_path / "b.db")
    s.listened()
    s.attest(attestation(2))
    s.close()
    assert signer(tmp_path / "b.db").status().must_listen == ""  # a restart skips it


def test_change_of_host_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path / "a.db").close()
    monkeypatch.setattr(protection_file, "host_name", lambda: "another")
    database = opened(tmp_path / "a.db")
    assert database.must_listen() == "change of host"
    database.set_listening(None)
    database.close()
    assert opened(tmp_path / "a.db").must_listen() == ""


async def test_node_listens_then_signs(world: World) -> None:
    merge(world.database(0), history(world.folder / "old.db", [1]))
    began = asyncio.get_running_loop().time()
    node = await world.start(0)
    await until(lambda: "another user" in node.state.signer_problem)
    assert node.state.last_signed is None
    await until(lambda: signed_number(node) == 2)
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_node_that_hears_its_key_elsewhere_ends(world: World) -> None:
    world.make_key(1)
    other = await world.start(1)
    await until(lambda: other.pool.window)
    merge(world.database(0), history(world.folder / "old.db", [1]))
    other.pool.accept(signed(KEYS[0], attestation(1)))  # known: it is in the document
    node = world.node(0, [other.url])
    task = asyncio.create_task(node.run(asyncio.Event()))
    await until(lambda: "another user" in node.state.signer_problem)
    other.pool.accept(signed(KEYS[0], attestation(2)))
    with pytest.raises(DoppelgangerFound, match="block 2 was signed elsewhere") as found:
        await asyncio.wait_for(task, 10)
    assert exit_code_for(found.value) == 78
    assert node.state.last_signed is None


async def test_after_a_bootstrap_the_earlier_life_is_no_alarm_but_a_new_number_is(world: World) -> None:
    ProtectionDatabase.bootstrap(world.database(0), KEY, NETWORK, 0, floor=3, known=2)
    database = opened(world.database(0))
    s = Signer(KEYS[0], database, DEPLOYMENT)
    assert s.status().must_listen == "bootstrap"
    assert s.accounted(attestation(2)) and not s.accounted(attestation(3))
    s.close()


# commands


def test_export_and_import_by_command(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 9101, light=True)
    write_registry(tmp_path / "registry.json", [made.address, *(a.address for a in accounts(3))])
    document = tmp_path / "key.json"
    shown = zlk("oracle", "db", "export", "--config", str(made.config), str(document), "--json")
    assert shown.exit_code == 0, shown.output
    assert json.loads(document.read_text())["key"] == made.address.lower()
    assert zlk("oracle", "db", "export", "--config", str(made.config), str(document)).exit_code == 1  # exists
    shown = zlk("oracle", "db", "import", "--config", str(made.config), str(document), "--json")
    assert shown.exit_code == 0 and json.loads(shown.stdout)["new_rows"] == 0
    document.write_text("{}")
    assert zlk("oracle", "db", "import", "--config", str(made.config), str(document)).exit_code == 78
