"""Undo log: every change of the ledger is a `put` into some dictionary, so going back is bit-identical."""

from typing import Any, Final

_MISSING: Final = object()


class UndoLog:
    """Old values of dictionary entries, newest last. Marks are positions in the log."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[dict[Any, Any], Any, Any]] = []

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """table[key] = value; None removes the entry. Remembers what was there."""
        self._entries.append((table, key, table.get(key, _MISSING)))
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value

    def mark(self) -> int:
        """The present moment, for `back_to`."""
        return len(self._entries)

    def back_to(self, mark: int) -> None:
        """Undo everything put since `mark`, newest first. Raises ValueError for a mark of the future."""
        if not 0 <= mark <= len(self._entries):
            raise ValueError(f"mark: {mark} is not in the log")
        while len(self._entries) > mark:
            table, key, old = self._entries.pop()
            if old is _MISSING:
                table.pop(key, None)
            else:
                table[key] = old

    def forget(self) -> None:
        """What was put so far is final; earlier marks are void."""
        self._entries.clear()
