"""Numbers of the yield desk's tests (a folder named `yield` cannot be imported from)."""

from __future__ import annotations

UNIT = 10**6
START = 1_000 * UNIT
GAIN_MAX = 2_000  # ppm a day
FEE = 100_000  # ppm
HONEST = {
    "lie_bps": 10_000,
    "preview_bps": 10_000,
    "limit": 2**256 - 1,
    "short": 0,
    "spare": 0,
    "fails": False,
}
