import pytest

from defectsim.core.errors import Fault
from defectsim.scenario.numbers import Grade, ScenarioNumber, numbers
from defectsim.scenario.overrides import merge, override
from defectsim.scenario.reading.source import parse
from defectsim.scenario.reading.tree import Mark, Node


def tree(text: str, layer: int = 0) -> Node:
    faults: list[Fault] = []
    node = parse(text, lambda line, column: Mark("x.yaml", line, column, layer), faults)
    assert node is not None
    assert faults == []
    return node


def found(text: str) -> dict[str, tuple[float | str, tuple[float, ...], str]]:
    return {
        number.path: (number.value, number.range, number.source) for number in numbers(tree(text))
    }


def only(node: Node) -> ScenarioNumber:
    (number,) = numbers(node)
    return number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{conditions: {pay: 2}}", {"conditions.pay": (2, (), "")}),
        (
            "{conditions: {pay: {value: 2, range: [1, 3], source: s}}}",
            {"conditions.pay": (2, (1, 3), "s")},
        ),
        (
            "{people: {pay: {normal: [1, 2], per: unit, source: s}}}",
            {"people.pay": ("normal [1, 2], per unit", (), "s")},
        ),
        (
            "{people: {pay: {normal: [1, 2], range: [[0, 3], null], source: s}}}",
            {
                "people.pay": ("normal [1, 2]", (), "s"),
                "people.pay.normal.0": (1, (0, 3), "s"),
            },
        ),
        (
            "{people: {pay: {exponential: 4, range: [[2, 8]]}}}",
            {
                "people.pay": ("exponential 4", (), ""),
                "people.pay.exponential": (4, (2, 8), ""),
            },
        ),
        (
            "{people: {pay: {distribution: gamma, parameters: {a: 2, scale: 3}, range: [null, [1, 9]]}}}",
            {
                "people.pay": ("distribution gamma, parameters {'a': 2, 'scale': 3}", (), ""),
                "people.pay.parameters.scale": (3, (1, 9), ""),
            },
        ),
        ("{people: {pay: {values: [1, 2, 3]}}}", {"people.pay": ("values 3 numbers", (), "")}),
        (
            "{people: {pay: {csv: p.csv, column: a}}}",
            {"people.pay": ("csv p.csv, column a", (), "")},
        ),
        ("{people: {attributes: {beta: 3}}}", {"people.attributes.beta": (3, (), "")}),
        (
            "{forces: {branches: {army: {people: {pay: {nco: {beta: [1, 2]}}}}}}}",
            {"forces.branches.army.people.pay.nco": ("beta [1, 2]", (), "")},
        ),
        (
            "{behaviour: {soldier: {parameters: {beta: 1, gamma: 2}}}}",
            {
                "behaviour.soldier.parameters.beta": (1, (), ""),
                "behaviour.soldier.parameters.gamma": (2, (), ""),
            },
        ),
        ("{acts: {people: {parameters: {beta: 1}}}}", {"acts.people.parameters.beta": (1, (), "")}),
    ],
)
def test_numbers_distributions_and_lists_are_found_with_range_and_source(
    text: str, expected: dict[str, tuple[float | str, tuple[float, ...], str]]
) -> None:
    assert found(text) == expected


def test_a_sections_source_covers_numbers_without_one() -> None:
    text = "{policies: {a: {value: 1, ramp_days: {value: 2, source: own}, audience: {exposure: 0.5}, source: s}}}"
    assert {path: source for path, (_, _, source) in found(text).items()} == {
        "policies.a.value": "s",
        "policies.a.ramp_days": "own",
        "policies.a.audience.exposure": "s",
    }


def test_structural_numbers_dates_and_texts_are_left_out() -> None:
    assert not found(
        "clock: {step_days: 1, start: 2019-01-01}\nreplicates: 3\nrecord: {events: true}\n"
        "recording: {orders: [2019-01-01]}\nlevers: {a: {bounds: [0, 1]}}\nname: '3'\npolicies: {a: null}\n"
    )


@pytest.mark.parametrize(
    ("over", "source"),
    [
        ("{policies: {a: {value: 2}}}", ""),
        ("{policies: {a: {value: 2, source: new}}}", "new"),
        ("{policies: {a: {source: new}}}", "new"),
        ("{policies: {a: {lever: pay}}}", "old"),
    ],
)
def test_a_sections_source_does_not_cover_values_of_a_file_over_it(over: str, source: str) -> None:
    base = tree("{policies: {a: {value: 1, source: old}}}", layer=1)
    assert only(merge(base, tree(over))).source == source


def test_a_new_distribution_does_not_inherit_the_old_source_nor_does_an_override() -> None:
    base = tree("{people: {pay: {normal: [1, 2], source: old}}}", layer=1)
    assert only(merge(base, tree("{people: {pay: {normal: [1, 3]}}}"))).source == ""
    assert only(override(base, "people.pay.normal=[1, 3]", [])).source == ""
    assert only(override(base, "people.pay.source=new", [])).source == "new"


def test_the_mark_of_a_number_is_that_of_its_value() -> None:
    base = tree("people:\n  pay: {value: 1, source: s}\n", layer=1)
    assert only(merge(base, tree("{people: {pay: {range: [0, 3]}}}"))).mark == Mark("x.yaml", 2, 16)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Assumption: nobody counted", Grade.ASSUMED),
        ("assumption", Grade.ASSUMED),
        ("estimate by the treasury", Grade.ESTIMATED),
        ("Found by a search", Grade.ESTIMATED),
        ("calibrated to exits", Grade.ESTIMATED),
        ("IISS 2019; an assumption of theirs", Grade.REPORTED),
        (" ", Grade.UNSOURCED),
        ("", Grade.UNSOURCED),
    ],
)
def test_the_first_words_of_a_source_give_the_grade(source: str, expected: Grade) -> None:
    assert ScenarioNumber("people.pay", 1, (), source, Mark("")).grade == expected
