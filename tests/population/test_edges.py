from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builders import SMALL, laid_over
from defectsim.scenario.schema import Scenario


def scenario(folder: Path, **ties: Any) -> Scenario:
    forces = {"ties": {"classes": None, "neighbours": None, "kind": "edges", **ties}}
    return Scenario.model_validate(laid_over(SMALL, {"forces": forces}), context={"folder": folder})


def refused(folder: Path, **ties: Any) -> list[tuple[tuple[Any, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        scenario(folder, **ties)
    return [(error["loc"][2:], error["msg"]) for error in caught.value.errors()]


def test_a_file_of_ties_becomes_a_list_that_needs_no_file(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text(
        "to,weight,from\nguard-2,1,army-1\narmy-3,1,army-general-1\n"
    )
    read = scenario(tmp_path, csv="ties.csv")
    listed = [["army-1", "guard-2"], ["army-general-1", "army-3"]]
    assert read == scenario(tmp_path, edges=listed, source="ties.csv")
    assert scenario(tmp_path, csv="ties.csv", source="a survey").forces.ties.source == "a survey"
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
    tag = "kind edges"
    assert [place for place, _ in refused(tmp_path, edges=listed)] == [
        (tag, "edges", place) for place in (0, 2, 3)
    ]
    (tmp_path / "ties.csv").write_text(
        "from,to\n\n" + "".join(f"{one},{other}\n" for one, other in listed)
    )
    assert [message for _, message in refused(tmp_path, csv="ties.csv")] == [
        "ties.csv, line 3: 'army-1' is tied to themselves; take it out",
        "ties.csv, line 5: 'army-2' and 'army-1' are tied already; ties are mutual, so give each once",
        "ties.csv, line 6: 'army-1' and 'army-2' are tied already; ties are mutual, so give each once",
    ]


def test_names_of_nobody_are_refused_where_they_stand(tmp_path: Path) -> None:
    found = refused(tmp_path, edges=[["army-1", "amry-2"], ["guard-26", "army-2"]])
    assert found == [
        (("edges", 0, 1), "there is nobody called 'amry-2'; did you mean 'army-2'?"),
        (("edges", 1, 0), "there is nobody called 'guard-26'; the last there is 'guard-25'"),
    ]


def test_of_a_file_of_strangers_the_first_are_named(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text(
        "from,to\n" + "".join(f"a{line},b{line}\n" for line in range(100))
    )
    found = refused(tmp_path, csv="ties.csv")
    assert len(found) == 11
    assert found[-1][1] == "and 190 more faults like these"


def test_a_file_has_the_columns_from_and_to(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("form,to\narmy-1,army-2\n")
    [(place, message)] = refused(tmp_path, csv="ties.csv")
    assert place[-1] == "csv"
    assert message == "ties.csv has no column 'from'; did you mean 'form'?"


def test_edges_or_a_file_must_be_given(tmp_path: Path) -> None:
    [(place, _)] = refused(tmp_path)
    assert place[-1] == "csv"
