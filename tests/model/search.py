"""Breadth first over every state of a world."""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.agreement import Agreement, State, World
from tests.model.properties import broken_state, broken_step


@dataclass(frozen=True)
class Outcome:
    """states: explored. broken: id of a property, with the shortest way there; empty when all hold everywhere."""

    states: int
    broken: str = ""
    trace: tuple[str, ...] = ()
    last: State | None = None


def explore(world: World, limit: int = 5_000_000, until: tuple[str, ...] = ()) -> Outcome:
    """Search everything, or stop at the first broken property (of `until`, when given).

    Raises RuntimeError beyond `limit` states: a search that was cut short proves nothing.
    """
    model = Agreement(world)
    start = world.start()
    came: dict[State, tuple[State, str] | None] = {start: None}
    frontier = [start]
    while frontier:
        following = []
        for state in frontier:
            for name, after in model.steps(state):
                if after in came:
                    continue
                came[after] = (state, name)
                broken = broken_step(state, after) or broken_state(model, after)
                if broken and (not until or broken in until):
                    return Outcome(len(came), broken, _trace(came, after), after)
                following.append(after)
        if len(came) > limit:
            raise RuntimeError(f"more than {limit} states")
        frontier = following
    return Outcome(len(came))


def _trace(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    names = []
    while (origin := came[state]) is not None:
        state, name = origin
        names.append(name)
    return tuple(reversed(names))
