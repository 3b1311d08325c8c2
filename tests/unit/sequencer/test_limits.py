"""A block never holds more than one call of the contracts takes."""

import re
from pathlib import Path

from zklink.sequencer.limits import MAX_DATA_WORDS, MAX_KEY_CHANGES, MAX_OWN_WORDS

INTERFACE = Path(__file__).resolve().parents[3] / "contracts" / "interfaces" / "IRollup.vyi"


def test_limits_are_those_of_the_interface() -> None:
    commit = INTERFACE.read_text().split("def commit(")[1].split("):")[0]
    own, data = (int(size) for size in re.findall(r"_stream: Bytes\[(\d+)\]", commit))
    signatures = int(re.findall(r"DynArray\[Bytes\[65\], (\d+)\]", commit)[0])
    assert (own // 31, data // 31, signatures) == (MAX_OWN_WORDS, MAX_DATA_WORDS, MAX_KEY_CHANGES)
