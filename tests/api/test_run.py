"""`defectsim.run`, as Python users call it."""

import datetime as dt
import re
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from rich.console import Console

import defectsim as ds
from builders import small_scenario
from defectsim.scenario.overrides import as_yaml

UNCOMPILABLE = {"soldier": "rules:cannot_be_compiled"}
EAGER = {"soldier": {"parameters": {"base_desertion": 0.3, "base_defection": 0.2}}}
TABLES = ("runs", "series", "events", "attempts")


def test_a_study_in_memory_and_one_in_a_folder_hold_the_same(tmp_path: Path) -> None:
    scenario = small_scenario(behaviour=EAGER)
    memory = ds.run(scenario, replicates=4, seed=0)
    folder = ds.run(scenario, replicates=4, seed=0, out=tmp_path)
    for table in TABLES:
        one, two = (
            getattr(study, table).cast({pl.Categorical: pl.String}) for study in (memory, folder)
        )
        assert one.equals(two)
    assert memory.runs.height == 4


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_files_do_not_depend_on_the_number_of_workers(tmp_path: Path, workers: int) -> None:
    scenario = small_scenario(behaviour=EAGER)
    one = ds.run(scenario, replicates=6, seed=0, workers=1, out=tmp_path, name="one")
    many = ds.run(scenario, replicates=6, seed=0, workers=workers, out=tmp_path, name="many")
    assert one.path is not None
    assert many.path is not None
    for name in (
        "runs.parquet",
        "series/part-00000.parquet",
        "events/part-00000.parquet",
        "scenario.yaml",
        "figures/cascade.png",
        "figures/cascade.svg",
    ):
        assert (one.path / name).read_bytes() == (many.path / name).read_bytes()


def test_the_stored_scenario_loads_again_as_the_same_scenario(tmp_path: Path) -> None:
    scenario = ds.load(
        "scenarios/venezuela-2019-guard-23000.yaml",
        ["clock.end=2014-02-01", "forces.branches.reserve.strength=10000"],
    )
    study = ds.run(scenario, replicates=1, seed=0, out=tmp_path)
    assert study.path is not None
    again = ds.load(study.path / "scenario.yaml")
    assert again == scenario
    assert again.hash == scenario.hash == study.manifest["scenario_hash"]


def test_a_study_without_a_seed_keeps_the_one_it_was_given(tmp_path: Path) -> None:
    scenario = small_scenario(behaviour=EAGER)
    first = ds.run(scenario, replicates=2, out=tmp_path)
    again = ds.run(scenario, replicates=2, seed=int(first.manifest["seed"]))
    assert again.runs.equals(first.runs)
    assert ds.run(scenario, replicates=2).manifest["seed"] != first.manifest["seed"]


def test_failed_runs_are_rows_with_their_error(tmp_path: Path) -> None:
    scenario = small_scenario(behaviour={"soldier": {"rule": "rules:goes_wrong"}})
    with pytest.warns(
        ds.FailedRunsWarning, match="3 of 3 runs failed, the first with: ZeroDivisionError"
    ):
        study = ds.run(scenario, replicates=3, seed=0, engine="reference", out=tmp_path)
    assert study.runs["status"].to_list() == ["failed"] * 3
    assert all("ZeroDivisionError" in error for error in study.runs["error"])
    assert study.manifest["failed"] == 3
    assert study.series.is_empty()


@pytest.mark.long
def test_a_rule_that_cannot_be_compiled_ends_the_study_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(ds.RuleError, match="cannot be compiled"):
        ds.run(small_scenario(behaviour=UNCOMPILABLE), engine="compiled", seed=0, out=tmp_path)
    assert not (tmp_path / "small").exists()


def test_a_rule_that_cannot_be_compiled_runs_in_the_reference_engine_with_one_warning(
    tmp_path: Path,
) -> None:
    scenario = small_scenario(behaviour=UNCOMPILABLE, clock={"end": dt.date(2018, 2, 1)})
    with pytest.warns(
        ds.UncompiledWarning, match=r"rules.py:\d+: rule rules:cannot_be_compiled"
    ) as warned:
        study = ds.run(scenario, replicates=2, seed=0, out=tmp_path)
    assert len(warned) == 1
    assert "reference engine runs it instead" in str(warned[0].message)
    assert study.manifest["engine"] == "reference"
    assert study.runs["deserted"].min() > 0
    asked_for = ds.run(scenario, replicates=2, seed=0, engine="reference")
    assert asked_for.events.cast({pl.Categorical: pl.String}).equals(
        study.events.cast({pl.Categorical: pl.String})
    )


def test_a_study_takes_along_the_files_with_code_and_runs_again_from_its_folder(
    tmp_path: Path,
) -> None:
    text = Path("tests/support/rules.py").read_text()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.py").write_text(text)
    (tmp_path / "rules" / "base.yaml").write_text(as_yaml(small_scenario()))
    over = "extends: base.yaml\nbehaviour:\n  soldier: mine.py:reads_everything\n"
    (tmp_path / "rules" / "over.yaml").write_text(over)
    (tmp_path / "mine.yaml").write_text("extends: rules/over.yaml\n")
    scenario = ds.load(tmp_path / "mine.yaml", allow_code=True)
    assert scenario.behaviour.soldier.rule == "rules/mine.py:reads_everything"
    study = ds.run(scenario, replicates=2, seed=0, engine="reference", out=tmp_path / "results")
    assert study.path is not None
    assert (study.path / "rules" / "mine.py").read_text() == text
    again = ds.load(study.path / "scenario.yaml", allow_code=True)
    assert again == scenario
    assert (
        ds.run(again, replicates=2, seed=0, engine="reference")
        .runs["key"]
        .equals(study.runs["key"])
    )


def test_a_figure_that_cannot_be_drawn_leaves_a_complete_study_and_says_how_to_draw_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("defectsim.plots.save", broken)
    drawing = r"small is complete, but its figure could not be drawn \(OSError: no room\)"
    with pytest.warns(
        ds.FigureWarning, match=rf"{drawing}; to draw it again: defectsim plot .*small"
    ):
        study = ds.run(small_scenario(behaviour=EAGER), replicates=2, seed=0, out=tmp_path)
    assert study.complete
    assert study.path is not None
    assert not (study.path / "journal.db").exists()
    monkeypatch.undo()
    ds.resume(study.path, allow_code=True)
    assert (study.path / "figures" / "cascade.png").is_file()


def test_options_that_do_not_exist_or_that_a_stored_study_has_are_refused(tmp_path: Path) -> None:
    unknown: dict[str, Any] = {"worker": 2}
    with pytest.raises(TypeError, match="worker"):
        ds.run(small_scenario(), **unknown)
    fixed: dict[str, Any] = {"out": tmp_path, "engine": "compiled"}
    with pytest.raises(TypeError, match="has its own engine, out"):
        ds.resume(tmp_path, **fixed)


def test_a_scenario_sets_the_number_of_replicates_and_the_recording_of_events() -> None:
    study = ds.run(small_scenario(behaviour=EAGER, replicates=3, record={"events": False}), seed=0)
    assert study.runs.height == 3
    assert study.events.is_empty()


def test_the_table_shows_what_observers_saw() -> None:
    study = ds.run(
        small_scenario(behaviour=EAGER, observers={"mine": "example_scripts:observe"}),
        replicates=3,
        seed=0,
    )
    console = Console(width=100, record=True, file=StringIO())
    console.print(study.table())
    shown = console.export_text()
    assert "Observed: median [90 % interval]" in shown
    loyal = study.runs["strength"] - study.runs["deserted"] - study.runs["defected"]
    assert f"{loyal.median():,.6g} [" in shown
    assert re.search(
        r"\] +82$", shown, re.MULTILINE
    )  # the highest number of loyal people is that of the start


def test_the_table_shows_every_branch_and_rank_with_its_interval() -> None:
    study = ds.run(small_scenario(behaviour=EAGER), replicates=5, seed=0)
    console = Console(width=100, record=True, file=StringIO())
    console.print(study.table())
    text = console.export_text()
    for word in (
        "army",
        "guard",
        "enlisted",
        "nco",
        "officer",
        "general",
        "Generals defected",
        "recorded",
        "negotiated exit",
        "stranded defectors",
        "effective and loyal",
    ):
        assert word in text
    assert "median of 5 runs [90 % interval]" in text


def test_the_package_offers_its_names_and_no_others() -> None:
    for name in ds.__all__:
        assert getattr(ds, name) is not None
    assert not hasattr(ds, "lod")


@pytest.mark.parametrize("seed", [np.int64(7), np.uint8(7), np.array(7)])
def test_a_seed_is_any_whole_number(seed: Any) -> None:
    assert ds.run(small_scenario(), replicates=1, seed=seed).manifest["seed"] == "7"
    assert ds.DefectionModel(small_scenario(), rng=seed, engine="reference").setup.seed == 7


@pytest.mark.parametrize("seed", [True, np.True_, 1.0, np.float64(1), "1", [1]])
def test_what_is_no_whole_number_is_no_seed(seed: Any) -> None:
    with pytest.raises(TypeError) as caught:
        ds.run(small_scenario(), replicates=1, seed=seed)
    assert str(caught.value) == f"seed must be a whole number, not {seed!r}"
    with pytest.raises(TypeError, match="seed must be a whole number"):
        ds.DefectionModel(small_scenario(), rng=seed)


LOADED = "give a scenario, as defectsim.load returns it, not"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ds.run("base.yaml"), f"{LOADED} 'base.yaml'"),
        (lambda: ds.DefectionModel("base.yaml", rng=1), f"{LOADED} 'base.yaml'"),
        (lambda: ds.load_checkpoint("x.npz", "base.yaml"), f"{LOADED} 'base.yaml'"),
        (lambda: ds.compare({"a": "a.yaml", "b": "b.yaml"}), f"{LOADED} 'a.yaml'"),
        (
            lambda: ds.compare(["a.yaml", "b.yaml"]),
            "give scenarios by name, as in {'held': held, 'offered': offered}, not ['a.yaml', 'b.yaml']",
        ),
        (
            lambda: ds.sweep("x.yaml"),
            "give a plan, as defectsim.load_sweep returns it, not 'x.yaml'",
        ),
        (
            lambda: ds.save_checkpoint("x.yaml", "x.npz"),
            "give a model, as defectsim.DefectionModel is one, not 'x.yaml'",
        ),
        (
            lambda: ds.load("base.yaml", "replicates=3"),
            "give a list of overrides, as [\"policies.off_ramp.value=0.6\"], not 'replicates=3'",
        ),
        (lambda: ds.load("base.yaml", [3]), "give overrides as text, PATH=VALUE, not 3"),
        (
            lambda: ds.run(small_scenario(), replicates=1.5),
            "replicates must be a whole number, not 1.5",
        ),
        (
            lambda: ds.run(small_scenario(), replicates=1, workers="2"),
            "workers must be a whole number, not '2'",
        ),
        (
            lambda: ds.compare(
                dict.fromkeys("ab", small_scenario()), replicates="2", precision="1"
            ),
            "replicates must be a whole number, not '2'",
        ),
        (
            lambda: ds.compare(dict.fromkeys((1, 2), small_scenario())),
            "give names of scenarios as text, not 1",
        ),
        *(
            (
                lambda until=until: ds.DefectionModel(
                    small_scenario(), rng=1, engine="reference"
                ).run(until),
                f"until must be a whole number, not {until!r}",
            )
            for until in (1.5, "3", True)
        ),
        (
            lambda: ds.run(small_scenario(), replicates=1, name=3),
            "give the name of a study as text, not 3",
        ),
        (
            lambda: ds.run(small_scenario(), replicates=1, out=3),
            "give a path, as text or a pathlib.Path, not 3",
        ),
        (
            lambda: ds.run(small_scenario(), replicates=1, progress=3),
            "give a progress below defectsim.ProgressCallback, not 3",
        ),
        (lambda: ds.Study.open(3), "give a path, as text or a pathlib.Path, not 3"),
        (lambda: ds.rule(3), "give a plain function to mark as a rule, not 3"),
        (
            lambda: ds.check_rule(None),
            "give a function marked @rule, or its name, as my_rules.py:decide, not None",
        ),
        (
            lambda: ds.check_rule(str.lower),
            "give a function marked @rule, or its name, as my_rules.py:decide, not "
            "<method 'lower' of 'str' objects>",
        ),
    ],
)
def test_an_argument_of_another_type_is_refused_in_a_sentence(call: Any, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == said


def test_more_runs_than_fit_are_refused() -> None:
    with pytest.raises(ds.PlanError) as caught:
        ds.run(small_scenario(), replicates=10**9)
    assert str(caught.value) == (
        "the runs of all points together: 1,000,000,000 is out of bounds: must be between 1 and "
        "10,000,000; so many take about 300 GB of memory"
    )


@pytest.mark.parametrize(
    "wrong",
    [{"replicates": 0}, {"workers": 0}, {"workers": 10**9}, {"seed": -1}, {"engine": "columns"}],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ds.run(small_scenario(), **{"seed": 0, "replicates": 1, **wrong}, out=tmp_path)
    assert list(tmp_path.iterdir()) == []
