"""What a notebook shows of a study, a scenario and a model."""

import base64
import re
from pathlib import Path

import pytest

import defectsim as ds
from builders import small_scenario

EAGER = {"soldier": {"parameters": {"base_desertion": 0.3, "base_defection": 0.2}}}


def test_a_study_shows_its_table_with_intervals_and_its_picture() -> None:
    html = ds.run(small_scenario(behaviour=EAGER), replicates=3, seed=0)._repr_html_()
    assert "median of 3 runs [90 % interval]" in html
    assert "negotiated exit" in html
    found = re.search('src="data:image/png;base64,([^"]+)"', html)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")


def test_a_stored_study_shows_the_same_as_one_in_memory(tmp_path: Path) -> None:
    scenario = ds.load("scenarios/venezuela-2019.yaml", ["clock.end=2014-03-01"])
    memory = ds.run(scenario, replicates=2, seed=0)
    ds.run(scenario, replicates=2, seed=0, out=tmp_path)
    stored = ds.Study.open(tmp_path / "venezuela-2019")
    assert memory._repr_html_().replace("in memory", str(stored.path)) == stored._repr_html_()


def test_the_picture_has_the_question_and_the_policies() -> None:
    study = ds.run(
        ds.load("scenarios/venezuela-2019.yaml", ["clock.end=2014-03-01"]), replicates=1, seed=0
    )
    written = [text.get_text() for text in study.figure().texts]
    assert any("protests_2014" in text for text in written)
    assert any("does the army hold?" in text for text in written)


def test_a_study_of_which_no_run_ended_well_shows_why() -> None:
    scenario = small_scenario(behaviour={"soldier": {"rule": "rules:goes_wrong"}})
    with pytest.warns(ds.FailedRunsWarning):
        html = ds.run(scenario, replicates=2, seed=0, engine="reference")._repr_html_()
    assert "2 runs" in html
    assert "ZeroDivisionError" in html
    assert "<img" not in html


@pytest.mark.parametrize(("kept", "shown"), [("quantiles", True), ("none", False)])
def test_a_study_shows_what_its_scenario_records(kept: str, shown: bool) -> None:
    html = ds.run(
        small_scenario(behaviour=EAGER, record={"series": kept}), replicates=3, seed=0
    )._repr_html_()
    assert "negotiated exit" in html
    assert ("Gone at the end" in html) == ("<img" in html) == shown


def test_a_study_gives_its_summary_as_numbers() -> None:
    study = ds.run(small_scenario(behaviour=EAGER), replicates=3, seed=0)
    low, middle, high = study.summary().generals_defected
    assert low <= middle <= high
    assert study.summary().done == 3


def test_a_scenario_shows_its_outline_and_what_it_asks_is_not_html() -> None:
    scenario = small_scenario(question="Who <wins>?")
    assert isinstance(scenario, ds.Scenario)
    assert repr(scenario).startswith("<Scenario small, hash ")
    html = scenario._repr_html_()
    assert "Who &lt;wins&gt;?" in html
    assert "guard" in html


def test_a_model_says_which_it_is_and_where_it_stands() -> None:
    model = ds.DefectionModel(small_scenario(), rng=3)
    model.step()
    assert repr(model) == "<DefectionModel small, seed 3, on 2018-01-08>"
