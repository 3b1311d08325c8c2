"""zlk oracle and zlk run: files, exit codes, a real process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.cli.support import FakeApi, serve, zlk
from tests.unit.oracle.support import accounts
from tests.unit.oracle.test_setup import write_registry


def init(folder: Path) -> dict:
    result = zlk("oracle", "init", str(folder / "n1"), "--registry", str(folder / "registry.json"), "--port", "0",
                 "--light", "--json")  # fmt: skip
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init_makes_a_member_and_never_shows_its_key(tmp_path: Path) -> None:
    made = init(tmp_path)
    assert Path(made["config"]).is_file() and made["address"].startswith("0x")
    again = zlk("oracle", "init", str(tmp_path / "n1"), "--registry", "r", "--light", "--json")
    assert again.exit_code == 78 and "exists already" in json.loads(again.stderr)["error"]["message"]
    table = zlk("oracle", "init", str(tmp_path / "n2"), "--registry", "r", "--light")
    assert table.exit_code == 0 and "zlk oracle serve" in table.stdout


def test_serve_without_files_exits_78(tmp_path: Path) -> None:
    assert zlk("oracle", "serve", "--config", str(tmp_path / "none.yml")).exit_code == 78
    made = init(tmp_path)
    write_registry(tmp_path / "registry.json", [made["address"], *(a.address for a in accounts(3))])
    (tmp_path / "n1" / "protection.db").unlink()
    result = zlk("oracle", "serve", "--config", made["config"])
    assert result.exit_code == 78 and "--bootstrap" in result.stderr


def test_serve_runs_until_sigterm_and_a_second_one_exits_78(tmp_path: Path) -> None:
    made = init(tmp_path)
    write_registry(tmp_path / "registry.json", [made["address"], *(a.address for a in accounts(3))])
    command = [sys.executable, "-m", "zklink.cli", "oracle", "serve", "--config", made["config"]]
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "NO_COLOR": "1"})
    try:
        deadline = time.monotonic() + 60
        while b"listening" not in log.read_bytes():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        text = log.read_text()
        assert "single_source" in text  # it says that nothing is compared
        second = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert second.returncode == 78 and b"another process uses this key" in second.stderr
        url = next(word for word in text.split() if "http://127.0.0.1" in word).split("=")[-1]
        shown = zlk("oracle", "status", url, "--json")
        assert shown.exit_code == 1 and json.loads(shown.stdout)["signer"] == made["address"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()


def test_status_table(tmp_path: Path) -> None:
    api = FakeApi()
    api.answers["healthz"] = {
        "ready": True, "problems": [], "signer": "0x01", "frozen": None, "lastRefusal": None,
        "peers": {"http://a": "ok"},
        "lastSigned": {"generation": 0, "block": 9}, "decision": {"reason": "block 9 is attested on every chain"},
        "chains": [{"chain": 1, "committed": 9}],
    }  # fmt: skip
    stop = serve(api)
    try:
        shown = zlk("oracle", "status", api.url)
        assert shown.exit_code == 0 and "block 9, generation 0" in shown.stdout and "http://a" in shown.stdout
    finally:
        stop()
    assert zlk("oracle", "status", "http://127.0.0.1:9").exit_code == 1


def test_unfreeze_asks_first(tmp_path: Path) -> None:
    made = init(tmp_path)
    assert zlk("oracle", "unfreeze", "--config", made["config"]).exit_code == 1
    result = zlk("oracle", "unfreeze", "--config", made["config"], "--yes", "--json")
    assert json.loads(result.stdout) == {"reason_was": "the node was not frozen"}


@pytest.mark.parametrize("service", ["sequencer", "prover", "relayer"])
def test_run_needs_a_configuration(tmp_path: Path, service: str) -> None:
    result = zlk("run", service, "--config", str(tmp_path / "none.yml"))
    assert result.exit_code == 78 and "none.yml" in result.stderr
    assert zlk("run", "everything", "--config", "x").exit_code == 2
