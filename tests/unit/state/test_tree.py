"""The sparse tree against a dense one."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.hashing import poseidon
from zklink.state.tree import SparseTree, empty_nodes, path_root
from zklink.state.undo import UndoLog

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "roots.json").read_text())
writes = st.lists(st.tuples(st.integers(0, 63), st.sampled_from([0, 1, 5, FIELD_MODULUS - 1])), max_size=12)


def dense_root(leaves: list[int], tag: int) -> int:
    """Root by hashing every node."""
    while len(leaves) > 1:
        leaves = [poseidon(leaves[at : at + 8], tag) for at in range(0, len(leaves), 8)]
    return leaves[0]


@settings(max_examples=40, deadline=None)
@given(writes)
def test_root_and_leaves_are_those_of_a_dense_tree(changes: list[tuple[int, int]]) -> None:
    tree, leaves = SparseTree(2, 3, UndoLog()), [0] * 64
    for index, value in changes:
        tree.set(index, value)
        leaves[index] = value
    assert tree.root == dense_root(leaves, 3)
    assert [tree.get(index) for index in range(64)] == leaves
    assert list(tree.leaves()) == [(index, value) for index, value in enumerate(leaves) if value]


@settings(max_examples=40, deadline=None)
@given(writes, st.integers(0, 63))
def test_paths_lead_to_the_root(changes: list[tuple[int, int]], index: int) -> None:
    tree = SparseTree(2, 4, UndoLog())
    for at, value in changes:
        tree.set(at, value)
    path = tree.path(index)
    assert path[0][index % 8] == tree.get(index)
    assert path_root(path, index, tree.get(index), 4) == tree.root
    tree.set(index, 77)
    assert path_root(path, index, 77, 4) == tree.root


@settings(max_examples=40, deadline=None)
@given(writes, writes)
def test_going_back_restores_every_node(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    undo = UndoLog()
    tree = SparseTree(2, 2, undo)
    for index, value in first:
        tree.set(index, value)
    before, mark = [dict(level) for level in tree._levels], undo.mark()
    for index, value in second:
        tree.set(index, value)
    undo.back_to(mark)
    assert tree._levels == before


def test_an_emptied_tree_stores_nothing() -> None:
    tree = SparseTree(4, 3, UndoLog())
    tree.set(5, 9)
    tree.set(5, 0)
    assert tree.root == empty_nodes(4, 3)[-1]
    assert not any(tree._levels)


@pytest.mark.parametrize("index", [-1, 64])
def test_outside_the_tree(index: int) -> None:
    tree = SparseTree(2, 3, UndoLog())
    for call in (tree.get, tree.path, lambda at: tree.set(at, 1)):
        with pytest.raises(IndexError, match="index"):
            call(index)


def test_marks_of_the_future_are_void() -> None:
    undo = UndoLog()
    undo.put({}, 1, 2)
    mark = undo.mark()
    undo.forget()
    with pytest.raises(ValueError, match="mark"):
        undo.back_to(mark)


def test_vectors() -> None:
    case = VECTORS["tree"]
    tree = SparseTree(case["depth"], case["tag"], UndoLog())
    for write in case["writes"]:
        tree.set(write["index"], int(write["value"], 16))
        assert tree.root == int(write["root"], 16)
    assert tree.path(case["path"]["index"]) == tuple(
        tuple(int(node, 16) for node in level) for level in case["path"]["levels"]
    )
