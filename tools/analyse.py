"""Run a static analyser; every finding must be answered, with a reason, in tools/findings.toml.

    python tools/analyse.py circuits | vyper | solidity

Exits 1 when a finding has no answer, or an answer has no finding any more.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLITHER = ROOT / ".venv-slither" / "bin" / "slither"
SETTINGS = {"viaIR": True, "evmVersion": "prague", "optimizer": {"enabled": True, "runs": 200}}
"""Without the IR pipeline the sources do not compile: the stack is too deep."""
SOLC = ROOT / ".toolchain" / "solcx" / "solc-v0.8.37"


@dataclass(frozen=True, order=True)
class Finding:
    """file: path from the project root; code: the analyser's name of the rule."""

    file: str
    line: int
    code: str
    message: str


def circuits() -> set[Finding]:
    """circomspect at level WARNING over every template."""
    found: set[Finding] = set()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.sarif"
        for source in sorted((ROOT / "circuits").rglob("*.circom")):
            if "instances" in source.parts:  # generated: a main component and its parameters
                continue
            report.unlink(missing_ok=True)
            name = str(source.relative_to(ROOT))
            run(["circomspect", "--level", "WARNING", "--sarif-file", str(report), name], {0, 1})
            if not report.is_file():
                sys.exit(f"circomspect wrote no report for {name}")
            for result in json.loads(report.read_text())["runs"][0]["results"]:
                where = result["locations"][0]["physicalLocation"]
                file = where["artifactLocation"]["uri"].removeprefix("file://").removeprefix(f"{ROOT}/")
                line = where["region"]["startLine"]
                found.add(Finding(file, line, result["ruleId"], result["message"]["text"]))
    return found


def vyper() -> set[Finding]:
    """natrix over every contract and module."""
    out = run(["natrix", "lint", "contracts", "--json"], {0, 1})
    return {
        Finding(item["file"], int(item["position"].split(":")[0]), item["code"], item["message"])
        for item in json.loads(out)
    }


def solidity() -> set[Finding]:
    """slither over a copy of the Solidity sources alone: beside Vyper ones it takes the folder for a Vyper project."""
    found: set[Finding] = set()
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted((ROOT / "contracts").rglob("*.sol")):
            copy = Path(folder) / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
        report = Path(folder) / "report.json"
        for sources in sorted({path.parent for path in Path(folder).rglob("*.sol")}):
            report.unlink(missing_ok=True)
            command = [str(SLITHER), str(sources.relative_to(folder)), "--solc", str(SOLC), "--solc-standard-json"]
            run([*command, "--json", report.name], {0, 255}, folder)
            result = json.loads(report.read_text())
            if not result["success"]:
                sys.exit(f"slither: {result['error']}")
            for item in result["results"].get("detectors", []):
                where = item["elements"][0]["source_mapping"]
                file = where["filename_absolute"].removeprefix(f"{Path(folder).resolve()}/")
                found.add(Finding(file, where["lines"][0], item["check"], item["description"].strip()))
    return found


def run(command: list[str], accepted: set[int], cwd: str | Path = ROOT) -> str:
    """Standard output; ends the program when the exit status says that the analyser itself failed."""
    environment = {**os.environ, "ZKLINK_SOLC_SETTINGS": json.dumps(SETTINGS)}
    done = subprocess.run(command, check=False, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode not in accepted:
        sys.exit(f"{command[0]} ended with status {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def answers(answer: dict[str, str], finding: Finding) -> bool:
    return (
        answer["code"] == finding.code
        and fnmatch.fnmatch(finding.file, answer.get("file", "*"))
        and re.search(answer.get("match", ""), finding.message) is not None
    )


ANALYSERS: dict[str, Callable[[], set[Finding]]] = {"circuits": circuits, "vyper": vyper, "solidity": solidity}


def main(name: str) -> int:
    findings = ANALYSERS[name]()
    table = tomllib.loads((ROOT / "tools" / "findings.toml").read_text()).get(name, [])
    opened = [finding for finding in sorted(findings) if not any(answers(answer, finding) for answer in table)]
    stale = [answer for answer in table if not any(answers(answer, finding) for finding in findings)]
    for finding in opened:
        print(f"{finding.file}:{finding.line}: {finding.code}: {finding.message}")
    for answer in stale:
        print(f"tools/findings.toml: {name} {answer['code']} {answer.get('file', '*')} answers nothing: remove it")
    print(f"{name}: {len(findings)} findings, {len(opened)} without an answer in tools/findings.toml")
    return int(bool(opened or stale))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ANALYSERS:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
