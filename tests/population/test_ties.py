from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builders import NETWORKS, SMALL, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.population.ties import MOST_TIES
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario
from defectsim.scenario.yaml import as_yaml

NONE = dict.fromkeys(SMALL["forces"]["ties"])


def refused(ties: Any, **forces: Any) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        small_scenario(forces={"ties": {**NONE, **ties}, **forces})
    return [(error["loc"][1:], error["msg"]) for error in caught.value.errors()]


@pytest.mark.parametrize("ties", [{}, {"kind": "academy"}, *NETWORKS], ids=str)
def test_a_resolved_scenario_says_the_kind_and_loads_again(
    tmp_path: Path, ties: dict[str, Any]
) -> None:
    scenario = small_scenario(forces={"ties": {**NONE, **ties}})
    assert scenario.dump()["forces"]["ties"]["kind"] == ties.get("kind", "academy")
    assert Scenario.model_validate(scenario.dump()) == scenario
    (tmp_path / "resolved.yaml").write_text(as_yaml(scenario))
    again = load(tmp_path / "resolved.yaml")
    assert again == scenario
    assert again.hash == scenario.hash


@pytest.mark.parametrize(
    ("kind", "hint"), [("erdos", "did you mean 'erdos_renyi'?"), (3, "use one of academy, ")]
)
def test_a_kind_that_there_is_not_is_refused(kind: Any, hint: str) -> None:
    [(place, message)] = refused({"kind": kind, "mean_degree": 3})
    assert place == ("ties", "kind")
    assert hint in message


@pytest.mark.parametrize(
    ("ties", "place"),
    [
        ({"kind": "erdos_renyi"}, "mean_degree"),
        ({"kind": "erdos_renyi", "mean_degree": -1}, "mean_degree"),
        ({"kind": "erdos_renyi", "mean_degree": 82}, "mean_degree"),
        ({"kind": "erdos_renyi", "mean_degree": 2, "ranks": ["oficer"]}, 0),
        ({"kind": "watts_strogatz", "neighbours": 5, "rewired": 0.1}, "neighbours"),
        ({"kind": "watts_strogatz", "neighbours": 82, "rewired": 0.1}, "neighbours"),
        ({"kind": "watts_strogatz", "neighbours": 4, "rewired": 1.1}, "rewired"),
        ({"kind": "barabasi_albert", "links": 0}, "links"),
        ({"kind": "barabasi_albert", "links": 7, "ranks": ["general"]}, "links"),
        ({"kind": "complete", "ranks": []}, "ranks"),
        ({"kind": "academy", "mean_degree": 6}, "mean_degree"),
        ({"classes": 0}, "classes"),
    ],
    ids=str,
)
def test_impossible_networks_are_refused_in_their_place(
    ties: dict[str, Any], place: str | int
) -> None:
    assert [found[-1] for found, _ in refused(ties)] == [place]


def test_unknown_keys_are_those_of_the_kind() -> None:
    [(place, message), _] = refused({"kind": "erdos_renyi", "mean_degre": 3})
    assert place[-1] == "mean_degre"
    assert message == "unknown key; did you mean 'mean_degree'?"


def test_too_few_people_are_counted_by_rank() -> None:
    [(_, message)] = refused({"kind": "barabasi_albert", "links": 7, "ranks": ["general"]})
    assert message == "needs 8 people; 7 have these ranks"
    with pytest.raises(ValidationError, match="needs 2 people; 0 have these ranks"):
        small_scenario(
            forces={
                "branches": {name: {"generals": 0} for name in ("army", "guard")},
                "ties": {**NONE, **GENERALS},
            }
        )


GENERALS = {"kind": "complete", "ranks": ["general"]}


def test_a_large_complete_network_is_refused_with_advice() -> None:
    small_scenario(
        forces={"branches": {"army": {"strength": 3_000}}, "ties": {**NONE, "kind": "complete"}}
    )
    [(place, message)] = refused({"kind": "complete"}, branches={"army": {"strength": 4_000}})
    assert place == ("ties",)
    assert f"{MOST_TIES:,} is the most" in message
    assert "unit.defected" in message


def test_faults_have_a_line_and_a_path_as_the_file_has_it(tmp_path: Path) -> None:
    text = (
        as_yaml(small_scenario())
        .replace("kind: academy", "kind: edges")
        .replace("classes: 3", "edges:\n    - [a-1]")
    )
    (tmp_path / "x.yaml").write_text(text)
    line = text[: text.index("- [a-1]")].count("\n") + 1
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "x.yaml")
    shown = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert [fault.split(": ")[:2] for fault in shown] == [
        [f"x.yaml:{line}:7", "forces.ties.edges.0.1"],
        [f"x.yaml:{line + 1}:5", "forces.ties.neighbours"],
    ]
