import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsim.core.errors import Fault
from defectsim.scenario.overrides import merge, override
from defectsim.scenario.reading.source import parse
from defectsim.scenario.reading.tree import Mark, Node, Plain, locate, plain

KEYS = st.sampled_from(["a", "b", "c", "value", "range", "source"])
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text("xy", max_size=3) | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, max_size=4),
)
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=4)


def node_of(data: Plain) -> Node:
    mark = Mark("x.yaml")
    if isinstance(data, dict):
        return Node({key: node_of(item) for key, item in data.items()}, mark)
    if isinstance(data, list):
        return Node([node_of(item) for item in data], mark)
    return Node(data, mark)


def tree(text: str, name: str = "x.yaml") -> Node:
    faults: list[Fault] = []
    node = parse(text, lambda line, column: Mark(name, line, column), faults)
    assert faults == []
    assert node is not None
    return node


def merged(base: str, over: str) -> Plain:
    return plain(merge(tree(base), tree(over)))


@given(MAPPINGS)
def test_an_empty_mapping_changes_nothing_above_or_below(data: dict[str, Plain]) -> None:
    assert merge(node_of(data), node_of({})) == node_of(data)
    assert merge(node_of({}), node_of(data)) == node_of(data)


@given(MAPPINGS)
def test_laying_a_tree_over_itself_changes_nothing_but_restates(data: dict[str, Plain]) -> None:
    once = merge(node_of(data), node_of(data))
    assert merge(once, node_of(data)) == once


@given(MAPPINGS, MAPPINGS)
def test_the_upper_tree_wins_and_the_rest_stays(
    base: dict[str, Plain], over: dict[str, Plain]
) -> None:
    result = plain(merge(node_of(base), node_of(over)))
    assert isinstance(result, dict)
    for key, item in over.items():
        if not isinstance(base.get(key), dict):
            assert result[key] == item
    for key in base.keys() - over.keys() - {"source"}:
        assert result[key] == base[key]


@given(MAPPINGS, MAPPINGS)
def test_merging_leaves_both_trees_as_they_were(
    base: dict[str, Plain], over: dict[str, Plain]
) -> None:
    below, above = node_of(base), node_of(over)
    merge(below, above)
    assert (plain(below), plain(above)) == (base, over)


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("{a: [1, 2, 3]}", "{a: [4]}", {"a": [4]}),
        ("{a: {b: 1}}", "{a: [4]}", {"a": [4]}),
        ("{a: {b: 1}}", "{a: text}", {"a": "text"}),
        ("{a: 1}", "{a: {b: 1}}", {"a": {"b": 1}}),
        ("{a: {b: 1}, c: 2}", "{a: null}", {"c": 2}),
        ("{a: {b: 1, c: 2}}", "{a: {b: null}}", {"a": {"c": 2}}),
        (
            "{a: 1}",
            "{b: null}",
            {"a": 1, "b": None},
        ),  # nothing to take away: the schema will judge it
    ],
)
def test_mappings_merge_and_all_else_is_replaced(base: str, over: str, expected: Plain) -> None:
    assert merged(base, over) == expected


NUMBER = "{a: {value: 0.3, range: [0, 1], source: a survey}}"


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (NUMBER, "{a: 0.6}", {"value": 0.6, "range": [0, 1]}),
        (NUMBER, "{a: 2}", {"value": 2, "range": [0, 1]}),
        (NUMBER, "{a: {value: 0.6}}", {"value": 0.6, "range": [0, 1]}),
        (
            NUMBER,
            "{a: {value: 0.6, source: mine}}",
            {"value": 0.6, "range": [0, 1], "source": "mine"},
        ),
        (NUMBER, "{a: {range: [0, 2]}}", {"value": 0.3, "range": [0, 2], "source": "a survey"}),
        (NUMBER, "{a: {source: null}}", {"value": 0.3, "range": [0, 1]}),
        (NUMBER, "{a: true}", True),
        (NUMBER, "{a: '0.6'}", "0.6"),
        ("{a: {value: 0.3}}", "{a: 0.6}", {"value": 0.6}),
        ("{a: {range: [0, 1]}}", "{a: 0.6}", 0.6),  # no value: not a number
        ("{a: {value: 0.3, lever: pay}}", "{a: 0.6}", 0.6),  # another key: not a number
        (
            "{a: {value: 1, lever: pay, source: s}}",
            "{a: {value: 2}}",
            {"value": 2, "lever": "pay", "source": "s"},
        ),
        ("{a: 0.3}", "{a: {value: 0.6, range: [0, 1]}}", {"value": 0.6, "range": [0, 1]}),
    ],
)
def test_a_number_over_a_number_keeps_the_range_and_drops_the_source(
    base: str, over: str, expected: Plain
) -> None:
    assert merged(base, over) == {"a": expected}


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{rule: a, parameters: {x: 1}}",
            "{rule: b, parameters: {y: 2}}",
            {"rule": "b", "parameters": {"y": 2}},
        ),
        (
            "{rule: a, parameters: {x: 1}}",
            "{rule: a, parameters: {y: 2}}",
            {"rule": "a", "parameters": {"x": 1, "y": 2}},
        ),
        (
            "{rule: a, parameters: {x: 1}}",
            "{parameters: {y: 2}}",
            {"rule": "a", "parameters": {"x": 1, "y": 2}},
        ),
        ("{kind: a, links: 1}", "{kind: b, neighbours: 2}", {"kind": "b", "neighbours": 2}),
        ("{kind: 1, rule: 2}", "{kind: 3}", {"kind": 3, "rule": 2}),
    ],
)
def test_another_rule_or_kind_brings_its_own_keys(base: str, over: str, expected: Plain) -> None:
    assert merged(base, over) == expected


def test_keys_are_in_the_order_of_the_base_then_the_new_ones() -> None:
    assert list(merge(tree("{b: 1, a: 2}"), tree("{c: 3, a: 4}")).entries) == ["b", "a", "c"]


def test_marks_point_at_the_file_that_speaks_last() -> None:
    node = merge(tree("{a: {value: 1, range: [0, 1]}, b: 2}", "base"), tree("a: 3", "child"))
    assert locate(node, ()) == Mark("child", 1, 1)
    assert locate(node, ("a", "value")) == Mark("child", 1, 4)
    assert locate(node, ("a", "value"), key=True) == Mark("child", 1, 1)
    assert locate(node, ("a",), key=True) == Mark("child", 1, 1)
    assert locate(node, ("a", "range")).file == "base"
    assert locate(node, ("b",)).file == "base"


BASE = """
policies:
  off_ramp: {lever: off_ramp, value: {value: 0.3, range: [0, 1], source: a survey}}
groups: [{size: 1}, {size: 2}]
"""


def overridden(text: str) -> tuple[Node, list[str]]:
    faults: list[Fault] = []
    node = override(tree(BASE), text, faults)
    return node, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (
            "policies.off_ramp.value=0.6",
            ["policies", "off_ramp", "value"],
            {"value": 0.6, "range": [0, 1]},
        ),
        (
            "policies.off_ramp.value.value=0.6",
            ["policies", "off_ramp", "value"],
            {"value": 0.6, "range": [0, 1]},
        ),
        (
            "policies.off_ramp.announced=2019-01-30",
            ["policies", "off_ramp", "announced"],
            "2019-01-30",
        ),
        ("policies.off_ramp=null", ["policies"], {}),
        ("policies.off_ramp.lever=a=b", ["policies", "off_ramp", "lever"], "a=b"),
        ("policies.pay={lever: pay}", ["policies", "pay"], {"lever": "pay"}),
        ("groups.1.size=3", ["groups"], [{"size": 1}, {"size": 3}]),
        ("groups.0={share: 1}", ["groups"], [{"size": 1, "share": 1}, {"size": 2}]),
        ("groups=[]", ["groups"], []),
        (" name = x ", ["name"], "x"),
    ],
)
def test_override_lays_a_value_at_a_path(text: str, path: list[str], expected: Plain) -> None:
    node, faults = overridden(text)
    assert faults == []
    for part in path:
        node = node.entries[part]
    found = plain(node)
    assert (found if isinstance(found, str | list | dict) else str(found)) == expected


def test_an_override_leaves_all_else_as_it_was() -> None:
    node, _ = overridden("groups.1.size=3")
    before = tree(BASE)
    assert node.entries["policies"] == before.entries["policies"]
    assert node.mark == before.mark
    assert node.entries["groups"].mark == before.entries["groups"].mark


def test_faults_of_an_overridden_value_name_the_override() -> None:
    text = "policies.off_ramp.value=0.6"
    node, _ = overridden(text)
    for key in (False, True):
        mark = locate(node, ("policies", "off_ramp", "value"), key=key)
        fault = mark.fault("too large", "policies.off_ramp.value")
        assert str(fault) == f"--set {text}: policies.off_ramp.value: too large"
    assert locate(node, ("policies", "off_ramp", "value", "range")).file == "x.yaml"


def test_an_override_makes_missing_sections_on_its_path() -> None:
    node, faults = overridden("weather.rain.hours=1")
    assert not faults
    assert plain(node.entries["weather"]) == {"rain": {"hours": 1}}
    assert locate(node, ("weather",), key=True).file == "--set weather.rain.hours=1"


def test_a_section_is_made_even_where_another_has_a_similar_name() -> None:
    faults: list[Fault] = []
    node = override(tree("replicates: 3"), "policies.rise.value=2", faults)
    assert not faults
    assert plain(node.entries["policies"]) == {"rise": {"value": 2}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "policies.of_ramp.value=1",
            "policies.of_ramp: there is no such key; did you mean 'off_ramp'?",
        ),
        ("groups.2.size=1", "groups.2: there is no such item; the list has 2, counted from 0"),
        ("groups.2=1", "groups.2: there is no such item; the list has 2, counted from 0"),
        ("groups.-1=1", "groups.-1: there is no such item; the list has 2, counted from 0"),
        ("groups.²=1", "groups.²: there is no such item; the list has 2, counted from 0"),
        ("groups.x=1", "groups.x: there is no such item; the list has 2, counted from 0"),
        (
            "groups.0.size.range=[0, 1]",
            "groups.0.size.range: what stands above is a number, which holds no keys; set it whole",
        ),
        ("groups", "write it as PATH=VALUE, as in policies.off_ramp.value=0.6"),
        ("=1", "write it as PATH=VALUE, as in policies.off_ramp.value=0.6"),
        ("groups..size=1", "write it as PATH=VALUE, as in policies.off_ramp.value=0.6"),
        ("groups=", "groups: empty: no value is written here"),
        ("groups=[1", "groups: the text ends before the bracket does: close it with ]"),
        (
            "groups=.nan",
            "groups: .nan is not a number to calculate with; write a value or null",
        ),
        (
            "groups={a: !foo 1}",
            "groups.a: YAML tags that ask for an object are refused: remove !foo",
        ),
    ],
)
def test_an_override_that_cannot_be_laid_is_a_fault(text: str, fault: str) -> None:
    node, faults = overridden(text)
    assert faults == [f"--set {text}: {fault}"]
    if "{" not in text and ".nan" not in text:
        assert node == tree(BASE)


ACADEMY = "ties: {kind: academy, classes: 30}"


def test_a_mapping_of_another_kind_replaces_the_whole() -> None:
    over = "ties: {kind: erdos_renyi, mean_degree: 6}"
    assert merged(ACADEMY, over) == {"ties": {"kind": "erdos_renyi", "mean_degree": 6}}


@pytest.mark.parametrize(
    ("base", "over"),
    [(ACADEMY, "ties: {neighbours: 4}"), (ACADEMY, "ties: {kind: academy, neighbours: 4}")],
)
def test_one_of_the_same_kind_or_of_none_does_not(base: str, over: str) -> None:
    assert merged(base, over) == {"ties": {"kind": "academy", "classes": 30, "neighbours": 4}}


def test_where_only_the_upper_one_has_a_kind_both_are_kept_for_the_schema_to_judge() -> None:
    assert merged("ties: {classes: 20}", "ties: {kind: complete}") == {
        "ties": {"classes": 20, "kind": "complete"}
    }


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{people: {pay: {value: 3, range: [1, 5]}}}",
            "{people: {pay: {normal: [1, 2]}}}",
            {"normal": [1, 2]},
        ),
        (
            "{people: {pay: {normal: [1, 2], per: unit}}}",
            "{people: {pay: {beta: [1, 2]}}}",
            {"beta": [1, 2]},
        ),
        (
            "{people: {pay: {normal: [1, 2]}}}",
            "{people: {pay: {csv: a.csv, column: b}}}",
            {"csv": "a.csv", "column": "b"},
        ),
        ("{people: {pay: {enlisted: 3}}}", "{people: {pay: {normal: [1, 2]}}}", {"normal": [1, 2]}),
        (
            "{people: {pay: {normal: [1, 2]}}}",
            "{people: {pay: {per: unit}}}",
            {"normal": [1, 2], "per": "unit"},
        ),
        (
            "{people: {pay: {normal: [1, 2]}}}",
            "{people: {pay: {normal: [3, 4]}}}",
            {"normal": [3, 4]},
        ),
    ],
)
def test_a_distribution_of_another_form_replaces_the_whole(
    base: str, over: str, expected: Plain
) -> None:
    assert merged(base, over) == {"people": {"pay": expected}}


def test_names_of_distributions_mean_nothing_elsewhere() -> None:
    rule = "{behaviour: {soldier: {parameters: {%s: 1}}}}"
    assert merged(rule % "beta", rule % "gamma") == {
        "behaviour": {"soldier": {"parameters": {"beta": 1, "gamma": 1}}}
    }
    attributes = "{people: {attributes: {%s: 1}}}"
    assert merged(attributes % "beta", attributes % "gamma") == {
        "people": {"attributes": {"beta": 1, "gamma": 1}}
    }


def test_parameters_can_be_laid_over_a_rule_that_is_named_in_short() -> None:
    base = "{behaviour: {soldier: mine.py:decide}}"
    expected = {"behaviour": {"soldier": {"rule": "mine.py:decide", "parameters": {"base": 2}}}}
    assert merged(base, "{behaviour: {soldier: {parameters: {base: 2}}}}") == expected
    faults: list[Fault] = []
    assert plain(override(tree(base), "behaviour.soldier.parameters.base=2", faults)) == expected
    assert faults == []


def test_a_distribution_can_be_set_over_another_from_the_command_line() -> None:
    base = "{people: {attributes: {threshold: {values: [1, 2]}}}}"
    over = override(tree(base), "people.attributes.threshold.normal=[25, 12]", [])
    assert plain(over) == {"people": {"attributes": {"threshold": {"normal": [25, 12]}}}}
