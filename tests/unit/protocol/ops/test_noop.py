"""NOOP has no words."""

from zklink.protocol.ops import Noop


def test_nop_1_no_words() -> None:
    assert Noop().step_words().row == (0,) * 8
