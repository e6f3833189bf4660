import math

import polars as pl
import pytest

from defectsim.analysis.responses import VALUE, Response, responses
from defectsim.core.errors import AnalysisError, UnknownOutcomeError

BOTH = ["a", "b", "c"]
RUNS = pl.DataFrame(
    {
        "point": [0, 1, 2, 3],
        "replicate": [0, 0, 0, 0],
        "scenario": ["a", "b", "a", "b"],
        "seed": ["1", "1", "2", "2"],
        "status": ["done", "done", "done", "failed"],
        "defected": [10, 700, 650, None],
    }
)


@pytest.mark.parametrize(
    ("response", "words", "clause"),
    [
        (Response("falls"), "regime falls", "the regime falls"),
        (Response("coup", scenario="b"), "coup in b", "coup occurs in b"),
        (Response("defected", above=600), "defected > 600", "defected is above 600"),
        (
            Response("share_defected", below=0.1, scenario="b"),
            "share defected < 0.1 in b",
            "share defected is below 0.1 in b",
        ),
        (Response("defected", above=2_500_001), "defected > 2,500,001", "above 2,500,001"),
    ],
)
def test_a_response_is_a_noun_and_a_clause(response: Response, words: str, clause: str) -> None:
    assert response.words == words
    assert response.clause.endswith(clause)


def test_an_effect_is_named_by_both_scenarios() -> None:
    assert Response("coup").as_effect(BOTH).words == "effect of c against a on coup"


@pytest.mark.parametrize(
    ("response", "error", "fault"),
    [
        (Response("defected", above=1, below=2), AnalysisError, "give one of them"),
        (Response("defected", above=math.nan), AnalysisError, "above is nan: give a finite number"),
        (Response("defected", below=math.inf), AnalysisError, "below is inf: give a finite number"),
        (Response("defectd"), UnknownOutcomeError, "did you mean 'defected'"),
    ],
)
def test_an_unsound_response_is_refused(
    response: Response, error: type[Exception], fault: str
) -> None:
    with pytest.raises(error, match=fault):
        response.checked(RUNS)


def test_a_sound_response_stays_as_it_is() -> None:
    response = Response("defected", above=600)
    assert response.checked(RUNS) is response


def test_one_scenario_is_the_last_unless_another_is_named() -> None:
    assert Response("coup").of_one(BOTH).scenario == "c"
    assert Response("coup", scenario="a").of_one(BOTH).scenario == "a"
    assert Response("coup").of_one([]).scenario is None


@pytest.mark.parametrize(
    ("given", "pair"),
    [
        ({}, ("c", "a")),
        ({"scenario": "b"}, ("b", None)),
        ({"against": "b"}, ("c", "b")),
        ({"against": "c"}, ("b", "c")),
        ({"scenario": "a", "against": "b"}, ("a", "b")),
    ],
)
def test_an_effect_is_of_the_last_against_the_first_unless_others_are_named(
    given: dict[str, str], pair: tuple[str, str | None]
) -> None:
    found = Response("coup", **given).as_effect(BOTH)
    assert (found.scenario, found.against) == pair


@pytest.mark.parametrize(
    ("response", "scenarios", "fault"),
    [
        (Response("coup", scenario="aa"), BOTH, "no scenario 'aa'; did you mean 'a'"),
        (Response("coup", scenario="a"), [], "it has only one"),
        (Response("coup", scenario="a", against="a"), BOTH, "are both 'a': give two"),
    ],
)
def test_scenarios_that_make_no_effect_are_refused(
    response: Response, scenarios: list[str], fault: str
) -> None:
    with pytest.raises(AnalysisError, match=fault):
        response.as_effect(scenarios)


def test_an_effect_is_no_response_of_one_scenario() -> None:
    with pytest.raises(AnalysisError, match="leave against out"):
        Response("coup", against="a").of_one(BOTH)


def test_responses_are_read_run_by_run() -> None:
    one = Response("defected", above=600)
    assert responses(RUNS, one.of_one(["a", "b"]))[VALUE].to_list() == [1, None]
    assert responses(RUNS, one._replace(scenario="a"))[VALUE].to_list() == [0, 1]
    effect = Response("defected").as_effect(["a", "b"])
    assert responses(RUNS, effect)[VALUE].to_list() == [690, None]


def test_an_effect_needs_the_same_draws() -> None:
    other = RUNS.with_columns(seed=pl.Series(["1", "3", "2", "2"]))
    with pytest.raises(AnalysisError, match="at the same points and seeds"):
        responses(other, Response("defected").as_effect(["a", "b"]))
