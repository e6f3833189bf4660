from datetime import date

import pytest

from defectsim.scenario.reading.tree import (
    Mark,
    Node,
    dotted,
    find_node,
    height,
    kind,
    locate,
    node_of,
    plain,
    size,
)

ROOT = Node(
    {
        "clock": Node(
            {"start": Node(date(2019, 1, 1), Mark("x.yaml", 2, 10), Mark("x.yaml", 2, 3))},
            Mark("x.yaml", 2, 3),
            Mark("x.yaml", 1, 1),
        ),
        "shares": Node(
            [Node(0.5, Mark("x.yaml", 3, 10)), Node(None, Mark("x.yaml", 3, 15))],
            Mark("x.yaml", 3, 9),
            Mark("x.yaml", 3, 1),
        ),
    },
    Mark("x.yaml", 1, 1),
)


def test_plain_drops_the_marks() -> None:
    assert plain(ROOT) == {"clock": {"start": date(2019, 1, 1)}, "shares": [0.5, None]}


@pytest.mark.parametrize(
    ("loc", "key", "line", "column"),
    [
        (("clock", "start"), False, 2, 10),
        (("clock", "start"), True, 2, 3),
        (("clock", "end"), False, 2, 3),  # missing: the mapping that lacks it
        (("shares", 0), False, 3, 10),
        (("shares", 0), True, 3, 10),  # an item has no key
        (("shares", 7), False, 3, 9),
        (("shares", 0, "value"), False, 3, 10),  # a validator may look deeper than the file goes
        (("clock", "Clock", "start"), False, 2, 10),  # or add a name of its own
        ((), False, 1, 1),
        (("weather",), True, 1, 1),
    ],
)
def test_locate_finds_the_nearest_place(
    loc: tuple[str | int, ...], key: bool, line: int, column: int
) -> None:
    assert locate(ROOT, loc, key=key) == Mark("x.yaml", line, column)


def test_a_mark_makes_faults_and_reads_as_a_place() -> None:
    mark = Mark("x.yaml", 14, 7)
    assert str(mark) == "x.yaml:14:7"
    assert str(mark.fault("unknown key", "a.b")) == "x.yaml:14:7: a.b: unknown key"
    assert str(Mark("--set a=1").fault("unknown key", "a")) == "--set a=1: a: unknown key"


def test_size_and_height_count_the_root() -> None:
    assert (size(ROOT), height(ROOT)) == (6, 3)
    assert (size(Node(1, Mark("x"))), height(Node([], Mark("x")))) == (1, 1)


def test_entries_and_children_are_empty_where_there_are_none() -> None:
    assert Node("text", Mark("x")).children == []
    assert Node([ROOT], Mark("x")).entries == {}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "true or false"),
        (1, "a number"),
        (date(2019, 1, 1), "a date"),
        ([], "a list"),
    ],
)
def test_kind_names_a_value(value: bool | int | date | list[Node] | None, name: str) -> None:
    assert kind(Node(value, Mark("x"))) == name


def test_dotted_joins_keys_and_indices() -> None:
    assert dotted(["generals", 0, "name"]) == "generals.0.name"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (["a", "1", "b"], 3),
        (["a"], [1, {"b": 3}]),
        (["a", "2"], None),
        (["a", "b"], None),
        (["c", "d"], None),
    ],
)
def test_find_follows_keys_and_numbers_of_items(path: list[str], found: object) -> None:
    node = find_node(node_of({"a": (1, {"b": 3}), "c": 4}, Mark("x")), path)
    assert (node and plain(node)) == found
