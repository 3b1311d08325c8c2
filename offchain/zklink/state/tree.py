"""Sparse 8-ary Merkle tree over Poseidon: an index's base-8 digits, least significant first, lead leaf to root."""

from collections.abc import Iterator
from functools import cache

from zklink.protocol.constants import TREE_ARITY
from zklink.protocol.hashing import poseidon
from zklink.state.undo import UndoLog

Path = tuple[tuple[int, ...], ...]
"""Children of each node on the way of a leaf, level 0 nearest the leaf; 8 values a level."""


@cache
def empty_nodes(depth: int, tag: int) -> tuple[int, ...]:
    """Node values of the empty tree: level 0 (leaf, value 0) .. level `depth` (root)."""
    nodes = [0]
    for _ in range(depth):
        nodes.append(poseidon([nodes[-1]] * TREE_ARITY, tag))
    return tuple(nodes)


class SparseTree:
    """Leaves are field elements, 0 = empty; only nodes that differ from the empty tree's are stored."""

    __slots__ = ("_empty", "_levels", "_undo", "depth", "tag")

    def __init__(self, depth: int, tag: int, undo: UndoLog) -> None:
        """`depth` levels (8^depth leaves), nodes hashed with `tag`; changes are recorded in `undo`."""
        self.depth = depth
        self.tag = tag
        self._undo = undo
        self._empty = empty_nodes(depth, tag)
        self._levels: list[dict[int, int]] = [{} for _ in range(depth + 1)]

    @property
    def root(self) -> int:
        """Root of the tree."""
        return self._levels[self.depth].get(0, self._empty[self.depth])

    def get(self, index: int) -> int:
        """Value of a leaf, 0 when empty."""
        return self._levels[0].get(self._check(index), 0)

    def set(self, index: int, value: int) -> None:
        """Write a leaf (0 empties it) and rehash its way to the root."""
        self._put(0, self._check(index), value)
        for level in range(self.depth):
            value = poseidon(self._children(level, index), self.tag)
            index //= TREE_ARITY
            self._put(level + 1, index, value)

    def path(self, index: int) -> Path:
        """The 8 children of every node above the leaf, from the leaf's level up."""
        self._check(index)
        path = []
        for level in range(self.depth):
            path.append(tuple(self._children(level, index)))
            index //= TREE_ARITY
        return tuple(path)

    def leaves(self) -> Iterator[tuple[int, int]]:
        """(index, value) of the leaves that are not empty, by index."""
        return iter(sorted(self._levels[0].items()))

    def _children(self, level: int, index: int) -> list[int]:
        nodes, empty, first = self._levels[level], self._empty[level], index - index % TREE_ARITY
        return [nodes.get(child, empty) for child in range(first, first + TREE_ARITY)]

    def _put(self, level: int, index: int, value: int) -> None:
        self._undo.put(self._levels[level], index, None if value == self._empty[level] else value)

    def _check(self, index: int) -> int:
        if not 0 <= index < TREE_ARITY**self.depth:
            raise IndexError(f"index: {index} is outside a tree of depth {self.depth}")
        return index


def path_root(path: Path, index: int, leaf: int, tag: int) -> int:
    """Root that `path` leads to with `leaf` in the place of `index`."""
    node = leaf
    for level in path:
        digit = index % TREE_ARITY
        node = poseidon([*level[:digit], node, *level[digit + 1 :]], tag)
        index //= TREE_ARITY
    return node
