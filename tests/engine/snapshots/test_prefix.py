import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import small_scenario
from defectsim.engine.snapshots.fork import ForkTree, Prefix, fork_trees
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario
from eventful_scenarios import shared_prefix

APRIL = dt.date(2018, 4, 2)
STEP = 13
"""The step that begins on that date; the small scenario's clock has 25."""
BAN: dict[str, Any] = {"lever": "travel_ban", "value": 0.5, "effective": APRIL}
OFFER: dict[str, Any] = {
    "lever": "off_ramp",
    "value": 0.5,
    "effective": dt.date(2018, 5, 7),
    "announced": APRIL,
}
LATER = APRIL + dt.timedelta(weeks=4)
WAITS = {**BAN, "when": "deserted >= 3"}
CUT: dict[str, Any] = {"act": "example_scripts:cut_pay", "date": APRIL}


def scenario(**said: Any) -> Scenario:
    return small_scenario(**{"conditions": {"sanctions": 0.5}, **said})


def ban(**said: Any) -> Scenario:
    return scenario(policies={"ban": {**BAN, **said}})


@pytest.mark.parametrize(
    ("one", "other", "step"),
    [
        (scenario(), ban(), STEP),
        (ban(), ban(value=0.6), STEP),
        (ban(), ban(effective=APRIL + dt.timedelta(days=1)), STEP),
        (ban(effective=APRIL - dt.timedelta(days=1)), ban(), 25),
        (ban(), ban(audience={"rank": ["officer"]}), STEP),
        (ban(), ban(until=LATER), STEP + 4),
        (ban(until=LATER), ban(until=LATER + dt.timedelta(weeks=1)), STEP + 4),
        (ban(ramp_days=70), ban(ramp_days=77), STEP + 1),
        (ban(), scenario(policies={"other": BAN}), STEP),
        (ban(value=0), scenario(), 25),
        (scenario(policies={"offer": OFFER}), scenario(), STEP),
        (
            scenario(policies={"offer": OFFER}),
            scenario(policies={"offer": {**OFFER, "announced": None}}),
            STEP,
        ),
        (scenario(policies={"ban": WAITS}), scenario(), STEP),
        (
            scenario(policies={"ban": WAITS}),
            scenario(policies={"ban": {**WAITS, "until": LATER}}),
            STEP,
        ),
        (scenario(acts={"cut": CUT}), scenario(), STEP),
        (
            scenario(acts={"cut": CUT}),
            scenario(acts={"cut": {**CUT, "parameters": {"share": 0.1}}}),
            STEP,
        ),
        (scenario(acts={"cut": CUT}), scenario(acts={"cut": {**CUT, "date": LATER}}), STEP),
        (scenario(), scenario(clock={"end": LATER}), STEP + 4),
        (scenario(clock={"end": LATER}), ban(), STEP),
    ],
)
def test_prefixes_are_shared_up_to_the_first_step_in_which_anything_differs(
    one: Scenario, other: Scenario, step: int
) -> None:
    assert shared_prefix([one, other]) == shared_prefix([other, one]) == step
    assert Prefix(one).fingerprint(step) == Prefix(other).fingerprint(step)
    if step < 25:
        assert (
            Prefix(one).fingerprint(step + 1) != Prefix(other).fingerprint(step + 1)
            or step == other.clock.steps
        )


@pytest.mark.parametrize(
    "said",
    [
        {"people": {"pay": {"officer": 21}}},
        {"forces": {"battalion": 3}},
        {"behaviour": {"follow": {"parameters": {"base": 0.5}}}},
        {"behaviour": {"soldier": "rules:steady"}},
        {"conditions": {"sanctions": 0.6}},
        {"news": {"memory_days": 20}},
        {"plots": {"quorum": 0.2}},
        {"command": {"vacancy_days": 7}},
        {"observers": {"one": "example_scripts:observe"}},
        {"levers": {"curfew": {"unit": "0..1", "default": 0, "combiner": "any"}}},
        {"clock": {"step_days": 1}},
        {"clock": {"start": dt.date(2017, 1, 2)}},
        {"policies": {"ban": {**BAN, "effective": dt.date(2018, 1, 1)}}},
        {"acts": {"cut": {**CUT, "date": dt.date(2018, 1, 1)}}},
    ],
)
def test_nothing_is_shared_where_what_holds_from_the_start_differs(said: dict[str, Any]) -> None:
    assert shared_prefix([scenario(), scenario(**said)]) == 0


@pytest.mark.parametrize(
    "said",
    [
        {"name": "other", "question": "Or not?", "replicates": 3},
        {"record": {"events": False}, "recording": {"share": 0.5}},
        {"people": {"pay": {"officer": {"value": 20, "range": [10, 30], "source": "assumption"}}}},
        {"policies": {"ban": {**BAN, "actor": "somebody", "source": "a paper", "cost": 5}}},
    ],
)
def test_what_describes_or_only_looks_is_no_part_of_a_prefix(said: dict[str, Any]) -> None:
    assert shared_prefix([scenario(**{"policies": {"ban": BAN}, **said}), ban()]) == 25


def test_code_of_one_name_that_says_other_things_is_no_common_prefix(tmp_path: Path) -> None:
    rule = (
        "from defectsim import Rates, rule\n\n\n@rule\ndef go(agent, unit, country, p):\n"
        "    return Rates(desert={})\n"
    )
    observer = "\n\ndef seen(view):\n    return {{'one': {}}}\n"
    scenarios = []
    for folder, rate, number in (
        ("one", 0.1, 1),
        ("two", 0.2, 1),
        ("three", 0.1, 2),
        ("four", 0.1, 1),
    ):
        where = tmp_path / folder
        where.mkdir()
        (where / "own.py").write_text(rule.format(rate) + observer.format(number))
        (where / "army.yaml").write_text(
            "name: army\nquestion: Who?\nclock: {start: 2018-01-01, end: 2018-07-01}\n"
            "forces: {branches: {army: {strength: 20, generals: 1}}, company: {officer: 1, enlisted: 4}}\n"
            "behaviour: {soldier: own.py:go}\nobservers: {one: own.py:seen}\n"
            "people: {pay: 10, outside: 100}\n"
        )
        scenarios.append(load(where / "army.yaml", allow_code=True))
    first, *others = scenarios
    assert [shared_prefix([first, other]) for other in others] == [0, 0, 25]


def forks(tree: ForkTree) -> Any:
    """Return a tree as nested tuples of its place and its forks."""
    return tree.place, *((step, forks(fork)) for step, fork in tree.forks)


def test_trees_go_on_with_the_most_and_fork_where_prefixes_part() -> None:
    bans = [ban(effective=APRIL + dt.timedelta(weeks=weeks)) for weeks in (2, 0, 4, 4)]
    scenarios = [*bans, scenario(people={"pay": 30})]
    found = [
        forks(tree)
        for tree in fork_trees({place: Prefix(one) for place, one in enumerate(scenarios)})
    ]
    assert found == [(3, (13, (1,)), (15, (0,)), (25, (2,))), (4,)]


def test_many_scenarios_never_make_a_deep_tree() -> None:
    prefixes = [
        Prefix(ban(effective=APRIL + dt.timedelta(weeks=place % 8), value=0.1 + place / 100))
        for place in range(64)
    ]
    (tree,) = fork_trees(dict(enumerate(prefixes)))

    def depth(tree: ForkTree) -> int:
        return max((1 + depth(fork) for _, fork in tree.forks), default=0)

    def places(tree: ForkTree) -> list[int]:
        return [tree.place, *(place for _, fork in tree.forks for place in places(fork))]

    assert depth(tree) <= 6
    assert sorted(places(tree)) == list(range(64))


@settings(max_examples=60)
@given(
    said=st.lists(
        st.fixed_dictionaries(
            {
                "effective": st.integers(0, 12).map(
                    lambda weeks: APRIL + dt.timedelta(weeks=weeks)
                ),
                "value": st.sampled_from([0.0, 0.3, 0.6]),
                "ramp_days": st.sampled_from([0, 30]),
            }
        ),
        min_size=2,
        max_size=7,
    )
)
def test_every_fork_parts_at_the_step_up_to_which_it_shares_the_trees_prefix(
    said: list[dict[str, Any]],
) -> None:
    prefixes = {place: Prefix(ban(**one)) for place, one in enumerate(said)}

    def shared(one: int, other: int) -> int:
        return max(
            step
            for step in range(26)
            if prefixes[one].fingerprint(step) == prefixes[other].fingerprint(step)
        )

    def check(tree: ForkTree) -> list[int]:
        below = [tree.place]
        for step, fork in tree.forks:
            its = check(fork)
            assert {shared(tree.place, place) for place in its} == {step}
            assert all(first > step for first, _ in fork.forks) or step == 25
            below += its
        assert all(before <= after for (before, _), (after, _) in pairwise(tree.forks))
        return below

    assert sorted(place for tree in fork_trees(prefixes) for place in check(tree)) == list(
        range(len(said))
    )
