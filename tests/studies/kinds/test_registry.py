"""A kind of study is one folder and one line of the registry; tables, figures, resume and extend follow."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import defectsim as ds
from builders import small_scenario
from command_line import defectsim
from defectsim.studies.kinds import registry
from defectsim.studies.kinds.registry import StudyKind
from defectsim.studies.kinds.run.kind import run_plan


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> ds.Plan:
    monkeypatch.setitem(registry.KINDS, "toy", "toy_kind")
    return replace(run_plan(small_scenario(), 2, seed=0), design={"kind": "toy"})


def shown(study: ds.Study) -> str:
    console = Console(file=StringIO(), width=80)
    console.print(study.table())
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", registry.KINDS)
def test_a_module_of_the_registry_has_the_kind_of_that_name(name: str) -> None:
    kind = registry.kind_named(name)
    assert isinstance(kind, StudyKind)
    assert kind.name == name


def test_a_new_kind_has_its_own_table_figure_and_further_runs(
    plan: ds.Plan, tmp_path: Path
) -> None:
    study = ds.sweep(plan, out=tmp_path)
    assert study.runs.height == study.analysis() == 8
    assert shown(study).startswith("Does it hold?\n8 toys\n")
    assert [text.get_text() for text in study.figure("deserted").texts] == ["deserted: 8 toys"]
    assert (tmp_path / "small/figures/toys.png").is_file()
    drawn = defectsim(tmp_path, "plot", "small", "--outcome", "deserted")
    assert drawn.stdout == "small/figures/deserted.png and .svg\n"


def test_a_new_kind_decides_what_resume_and_extend_mean(plan: ds.Plan, tmp_path: Path) -> None:
    ds.sweep(plan, out=tmp_path)
    with pytest.raises(ds.PlanError, match="toys come in eights"):
        ds.resume(tmp_path / "small", replicates=9)
    assert defectsim(tmp_path, "resume", "small").stdout.startswith("Does it hold?\n8 toys\n")


def test_methods_of_one_kind_refuse_another(plan: ds.Plan) -> None:
    study = ds.sweep(plan)
    with pytest.raises(ds.AnalysisError, match=r"is a toy: ask it for analysis\(\); summary\(\)"):
        study.summary()


def test_a_kind_of_another_version_is_refused_in_a_sentence_but_its_tables_open(
    tmp_path: Path,
) -> None:
    study = ds.run(small_scenario(), replicates=1, seed=0, out=tmp_path)
    assert study.path is not None
    manifest = study.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"kind": "run"', '"kind": "single"'))
    older = ds.Study.open(study.path)
    assert older.runs.height == 1
    for use in (older.table, older.figure, older.summary):
        with pytest.raises(ds.StudyMismatchError, match="no kind of study called 'single'"):
            use()


@pytest.mark.parametrize("replicates", [3.0, "3", True])
def test_replicates_that_are_no_whole_number_are_not_added(plan: ds.Plan, replicates: int) -> None:
    with pytest.raises(TypeError, match="replicates must be a whole number, not"):
        registry.more_replicates(plan, replicates)
