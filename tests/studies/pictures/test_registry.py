"""A kind of picture is one entry: its question, its options, and what it needs of a study."""

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import defectsim as ds
from artists import outside, written
from builders import small_scenario
from defectsim.core.errors import AnalysisError
from defectsim.studies.pictures import registry
from defectsim.studies.pictures.registry import PICTURES, PictureKind
from eager_study import eager_comparison, eager_study
from fixed_study import fixed_study

KINDS = [*PICTURES]
OF_RUNS = [name for name, kind in PICTURES.items() if "run" in kind.studies]
OF_COMPARISONS = [name for name, kind in PICTURES.items() if kind.studies == ("comparison",)]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> ds.Study:
    return eager_study(tmp_path_factory.mktemp("studies"))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> ds.Study:
    return eager_comparison(tmp_path_factory.mktemp("studies"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_asks_one_question(kind: str) -> None:
    assert PICTURES[kind].question.endswith("?")
    assert PICTURES[kind].question.count("?") == 1


@pytest.mark.parametrize("kind", OF_RUNS)
def test_a_run_has_every_picture_with_each_of_its_options(kind: str, study: ds.Study) -> None:
    by = [{}, *({"by": one} for one in PICTURES[kind].options.get("by", ()))]
    for options in by:
        figure = study.plot(kind, **options).figure
        assert isinstance(figure, Figure)
        assert study.question in written(figure)
        assert outside(figure) == []


@pytest.mark.parametrize("kind", OF_COMPARISONS)
def test_what_differs_is_shown_of_a_comparison_alone(
    kind: str, both: ds.Study, study: ds.Study
) -> None:
    figure = both.plot(kind).figure
    assert "held-wide" in written(figure) or figure.legends
    assert outside(figure) == []
    with pytest.raises(
        AnalysisError, match="it shows a comparison of scenarios, and this is a run"
    ):
        study.plot(kind)


@pytest.mark.parametrize("kind", OF_RUNS)
def test_a_comparison_shows_its_scenarios_or_one_of_them(kind: str, both: ds.Study) -> None:
    all_of_it = " ".join(written(both.plot(kind).figure))
    one = " ".join(written(both.plot(kind, scenario="held-small").figure))
    assert "wide" in all_of_it
    assert "held-small" in one
    assert "wide" not in one


def test_the_tree_of_a_scenario_is_that_of_its_own_forces(both: ds.Study) -> None:
    rows = [
        len(both.plot("command", scenario=name).figure.axes[0].get_lines())
        for name in ("held-small", "held-wide")
    ]
    assert rows[0] < rows[1]


def test_one_run_is_shown_if_it_is_named(study: ds.Study) -> None:
    assert "run 2, as asked for" in " ".join(written(study.plot("command", replicate=2).figure))
    assert "the median run" in " ".join(written(study.plot("cascades").figure))
    with pytest.raises(AnalysisError, match="no replicate 7 ended well: the study has 0 to 2"):
        study.plot("command", replicate=7)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("stauts", {}, "no picture 'stauts'; did you mean 'status'?"),
        ("status", {"bye": "rank"}, "no option 'bye'; did you mean 'by'? (it has by, scenario)"),
        ("status", {"by": "bransh"}, "no by 'bransh'; did you mean 'branch'?"),
        ("outcomes", {"replicate": 1}, "no option 'replicate'"),
        ("defections", {"status": "loyal"}, "no status 'loyal'"),
        ("status", {"scenario": "held"}, "no scenario 'held' (it has one, which has no name)"),
        (None, {"by": "rank"}, "the figure of a study has no option by"),
    ],
)
def test_what_is_unknown_is_refused_with_what_there_is(
    kind: str | None, options: dict[str, object], message: str, study: ds.Study
) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)):
        study.plot(kind, **options)


def test_a_study_without_a_table_tells_what_to_record(tmp_path: Path) -> None:
    poor = eager_study(tmp_path, 1, causes=False, events=False, series="none")
    lacks = dict(poor.pictures.select("kind", "lacks").iter_rows())
    assert "record.causes: true" in lacks["cascades"]
    assert "record.events: true" in lacks["first"]
    assert "record.series: full" in lacks["status"]
    assert "record.series: full" in lacks["outcomes"]
    assert lacks["sizes"] == ""
    with pytest.raises(AnalysisError, match="has no picture cascades: no causes are stored"):
        poor.plot("cascades")
    assert poor.plot("sizes").figure.axes


def test_one_outcome_is_shown_if_it_is_named(study: ds.Study, both: ds.Study) -> None:
    assert len(study.plot("convergence", outcome="deserted").figure.axes) == 1
    assert len(both.plot("convergence").figure.axes) > 1
    texts = written(both.plot("differences", outcome="deserted").figure)
    assert [text for text in texts if text in ("Deserted", "Defected")] == ["Deserted"]


def test_nothing_is_told_of_a_regime_that_a_study_says_nothing_of() -> None:
    silent = ds.Study.of({**fixed_study().manifest, "regime": False}, fixed_study().tables)
    told = ds.Study.of(fixed_study().manifest, fixed_study().tables)
    fallen = "against the share of runs in which it has fallen"
    assert fallen in " ".join(written(told.plot("belief").figure))
    assert fallen not in " ".join(written(silent.plot("belief").figure))


def test_the_list_tells_for_which_studies_a_kind_is(study: ds.Study) -> None:
    suits = dict(study.pictures.select("kind", "suits").iter_rows())
    assert suits["status"]
    assert not suits["differences"]
    assert not suits["tornado"]


@pytest.mark.long
def test_a_study_in_which_nobody_leaves_says_so() -> None:
    scenario = small_scenario(behaviour=dict.fromkeys(("soldier", "general"), "rules:steady"))
    still = ds.run(scenario, replicates=2, seed=1)
    assert still.plot("status").figure.axes
    with pytest.raises(AnalysisError, match="has no picture first: nobody left in any run"):
        still.plot("first")


def test_units_are_those_of_a_folder() -> None:
    study = ds.Study.of(fixed_study().manifest, fixed_study().tables)
    with pytest.raises(AnalysisError, match="this study is in memory"):
        study.plot("command")


def test_a_kind_of_another_kind_of_study_is_not_drawn(
    study: ds.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    tornado = PictureKind("tornado", "x", "?", lambda _: Figure(), studies=("sweep",))
    monkeypatch.setitem(registry.PICTURES, "tornado", tornado)
    with pytest.raises(AnalysisError, match="it shows a sweep, and this is a run of one scenario"):
        study.plot("tornado")


def test_a_further_kind_is_one_entry(study: ds.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(study: ds.Study, size: str = "small") -> Figure:
        return Figure(figsize=(1, 1) if size == "small" else (2, 2))

    monkeypatch.setitem(
        registry.PICTURES, "new", PictureKind("new", "x", "New?", draw, {"size": ("large",)})
    )
    assert study.plot("new", size="large").figure.get_figwidth() == 2
    assert study.pictures.filter(kind="new")["question"].item() == "New?"
