from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builders import NETWORKS, SMALL, laid_over, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.population.ties import MOST_TIES
from defectsim.scenario.load import load
from defectsim.scenario.overrides import as_yaml
from defectsim.scenario.schema import Scenario

ASSORTATIVE = {"kind": "assortative", "by": "rank", "index": 0.9, "mean_degree": 3}
NONE = dict.fromkeys(SMALL["forces"]["ties"])


def refused(ties: Any, **forces: Any) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        small_scenario(forces={"ties": {**NONE, **ties}, **forces})
    return [(error["loc"][1:], error["msg"]) for error in caught.value.errors()]


RANKED = {"kind": "academy", "general_classes": 0.2, "assortativity": 0.5}


@pytest.mark.parametrize("ties", [{}, {"kind": "academy"}, RANKED, *NETWORKS], ids=str)
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
        ({"general_classes": 1.1}, "general_classes"),
        ({"assortativity": -0.1}, "assortativity"),
        ({"kind": "complete", "redraw": True}, "redraw"),
        ({"kind": "watts_strogatz", "neighbours": 4, "rewired": 0, "directed": True}, "directed"),
        ({**ASSORTATIVE, "index": 1.1}, "index"),
        ({**ASSORTATIVE, "by": "unit"}, "by"),
        ({**ASSORTATIVE, "mean_degree": 9}, "mean_degree"),
    ],
    ids=str,
)
def test_impossible_networks_are_refused_in_their_place(
    ties: dict[str, Any], place: str | int
) -> None:
    assert [found[-1] for found, _ in refused(ties)] == [place]


@pytest.mark.parametrize("more", [{}, {"directed": True}, {"edges": [], "csv": "ties.csv"}])
def test_listed_ties_are_in_the_scenario_or_in_a_file(more: dict[str, Any]) -> None:
    [(_, message)] = refused({"kind": "edges", **more})
    assert message == "give edges, pairs of names, or csv, a file of them: one of both"
    found = dict(refused({"kind": "edges", "edgs": []}))
    assert "unknown key; did you mean 'edges'?" in found.values()


def test_classes_are_refused_where_they_are_no_groups() -> None:
    [(place, message)] = refused({**ASSORTATIVE, "classes": 4})
    assert place[-1] == "classes"
    assert message == "groups are of by: rank, so this changes nothing: take it out"
    small_scenario(forces={"ties": {**NONE, **ASSORTATIVE, "by": "class", "classes": 4}})
    small_scenario(forces={"ties": {**NONE, **ASSORTATIVE, "classes": 30}})


def test_unknown_keys_are_those_of_the_kind() -> None:
    [(place, message)] = refused({"kind": "erdos_renyi", "mean_degre": 3})
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
        .replace("    redraw: false\n", "")
        .replace("    general_classes: 1\n    assortativity: 0\n", "")
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


def edges_scenario(folder: Path, **ties: Any) -> Scenario:
    forces = {"ties": {"classes": None, "neighbours": None, "kind": "edges", **ties}}
    return Scenario.model_validate(laid_over(SMALL, {"forces": forces}), context={"folder": folder})


def refused_edges(folder: Path, **ties: Any) -> list[tuple[tuple[Any, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        edges_scenario(folder, **ties)
    return [(error["loc"][2:], error["msg"]) for error in caught.value.errors()]


def test_a_file_of_ties_becomes_a_list_that_needs_no_file(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text(
        "to,weight,from\nguard-2,1,army-1\narmy-3,1,army-general-1\n"
    )
    read = edges_scenario(tmp_path, csv="ties.csv")
    listed = [["army-1", "guard-2"], ["army-general-1", "army-3"]]
    assert read == edges_scenario(tmp_path, edges=listed, source="ties.csv")
    assert (
        edges_scenario(tmp_path, csv="ties.csv", source="a survey").forces.ties.source == "a survey"
    )
    (tmp_path / "ties.csv").unlink()
    again = Scenario.model_validate(read.dump())
    assert again == read
    assert again.hash == read.hash


def test_self_ties_and_doubles_are_refused_in_either_direction(tmp_path: Path) -> None:
    listed = [
        ["army-1", "army-1"],
        ["army-1", "army-2"],
        ["army-2", "army-1"],
        ["army-1", "army-2"],
    ]
    assert [place for place, _ in refused_edges(tmp_path, edges=listed)] == [
        ("edges", place) for place in (0, 2, 3)
    ]
    (tmp_path / "ties.csv").write_text(
        "from,to\n\n" + "".join(f"{one},{other}\n" for one, other in listed)
    )
    assert [message for _, message in refused_edges(tmp_path, csv="ties.csv")] == [
        "ties.csv, line 3: 'army-1' is tied to themselves; take it out",
        "ties.csv, line 5: 'army-2' and 'army-1' are tied already; ties are mutual, so give each once",
        "ties.csv, line 6: 'army-1' and 'army-2' are tied already; ties are mutual, so give each once",
    ]


def test_a_group_must_have_people_enough_for_the_ties_within_it() -> None:
    [(_, message)] = refused({**ASSORTATIVE, "mean_degree": 9})
    assert message == (
        "needs 8.2 ties within general, which has 7 people: take fewer ties, or a lower index"
    )
    [(_, message)] = refused({**ASSORTATIVE, "by": "class", "classes": 40})
    assert message.startswith("needs 2.7 ties within a class, which has 2 people")


def test_directed_ties_may_lead_either_way_but_are_given_once(tmp_path: Path) -> None:
    both = [["army-1", "army-2"], ["army-2", "army-1"]]
    assert edges_scenario(tmp_path, edges=both, directed=True).forces.ties.directed
    [(place, message)] = refused_edges(tmp_path, edges=[*both, both[0]], directed=True)
    assert place[-1] == 2
    assert message == "'army-1' is tied to 'army-2' already; give each tie once"


def test_names_of_nobody_are_refused_where_they_stand(tmp_path: Path) -> None:
    found = refused_edges(tmp_path, edges=[["army-1", "amry-2"], ["guard-26", "army-2"]])
    assert found == [
        (("edges", 0, 1), "there is nobody called 'amry-2'; did you mean 'army-2'?"),
        (("edges", 1, 0), "there is nobody called 'guard-26'; the last there is 'guard-25'"),
    ]


def test_names_of_nobody_in_a_file_are_refused_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("from,to\narmy-1,army-2\n\narmy-1,general-2\n")
    [(_, message)] = refused_edges(tmp_path, csv="ties.csv")
    assert message == (
        "ties.csv, line 4: there is nobody called 'general-2'; did you mean 'army-general-2' or "
        "'guard-general-2'?"
    )


def test_of_a_file_of_strangers_the_first_are_named(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text(
        "from,to\n" + "".join(f"a{line},b{line}\n" for line in range(100))
    )
    found = refused_edges(tmp_path, csv="ties.csv")
    assert len(found) == 11
    assert found[-1][1] == "and 190 more faults like these"


def test_a_file_has_the_columns_from_and_to(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("form,to\narmy-1,army-2\n")
    [(place, message)] = refused_edges(tmp_path, csv="ties.csv")
    assert place[-1] == "csv"
    assert message == "ties.csv has no column 'from'; did you mean 'form'?"
