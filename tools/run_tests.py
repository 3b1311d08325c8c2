"""Run make targets one after another, all of them whatever fails, and add up what their test runners report.

    python tools/run_tests.py test-unit test-contracts

Exits 1 when a target failed or a test did. The closing line reads `N passed, N failed, N skipped`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter

SUMMARY = re.compile(r"^(?:=+ )?(?:\d+ [a-z]+, )*\d+ [a-z]+(?:, \d+ [a-z]+)* in [\d.]+s|^test result: ")
COUNT = re.compile(r"(\d+) (passed|failed|skipped|ignored|error|errors)\b")
KINDS = {"ignored": "skipped", "error": "failed", "errors": "failed"}


def run(target: str) -> tuple[Counter[str], bool]:
    """Counts by kind, and whether the target succeeded; its output is passed through."""
    counts: Counter[str] = Counter()
    process = subprocess.Popen(["make", "--no-print-directory", target], stdout=subprocess.PIPE, text=True)
    for line in process.stdout or ():
        print(line, end="", flush=True)
        if SUMMARY.match(re.sub(r"\x1b\[[\d;]*m", "", line)):
            for number, kind in COUNT.findall(line):
                counts[KINDS.get(kind, kind)] += int(number)
    return counts, process.wait() == 0


def main(targets: list[str]) -> int:
    total: Counter[str] = Counter()
    rows, broken = [], False
    for target in targets:
        start = time.monotonic()
        counts, succeeded = run(target)
        if not succeeded and not counts["failed"]:
            counts["failed"] += 1  # it ended before a test could fail: a build, a collection
        broken |= not succeeded
        total += counts
        rows.append(f"  {target:16} {counts['passed']:5} passed {counts['failed']:4} failed"
                    f" {counts['skipped']:4} skipped {time.monotonic() - start:7.0f} s")  # fmt: skip
    print("\n" + "\n".join(rows))
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return int(broken or total["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
