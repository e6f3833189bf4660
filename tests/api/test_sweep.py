"""Sweeps from a file to a study: what is kept, and what may not change it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from command_line import as_command
from defectsim.execution.simulator import RunResult
from defectsim.studies.runner import rerun
from stopped_studies import StopAfter, files
from sweep_scenario import SCENARIO

SWEEP = """\
name: try
question: What then?
scenario: small.yaml
vary: {policies.rise.value: [1, 2.5], conditions.surveillance: {levels: 3}}
replicates: 4
seed: 5
"""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    Path("sweep.yaml").write_text(SWEEP)


def test_a_sweep_keeps_a_row_a_run_with_what_varies_and_a_picture() -> None:
    study = ds.sweep(ds.load_sweep("sweep.yaml"), out="results")
    assert study.path == Path("results/try")
    assert study.complete
    levers = ["policies.rise.value", "conditions.surveillance"]
    assert study.runs.columns[:6] == ["point", "replicate", *levers, "seed", "key"]
    assert study.runs.height == 24
    assert study.runs["key"].n_unique() == 24
    assert study.runs.group_by(levers).len()["len"].to_list() == [4] * 6
    assert (study.path / "figures/defected.png").is_file()
    assert study.manifest["varies"] == levers
    assert set(study.series["point"]) == set(range(6))


def test_each_point_is_the_scenario_that_set_makes_run_by_itself() -> None:
    study = ds.sweep(ds.load_sweep("sweep.yaml"))
    alone = ds.run(
        ds.load("small.yaml", ["policies.rise.value=2.5", "conditions.surveillance=0.7"]),
        replicates=4,
        seed=5,
    )
    outcomes = study.runs.columns[study.runs.columns.index("hash") :]
    assert study.runs.filter(point=5).select(outcomes).equals(alone.runs.select(outcomes))
    assert alone.runs["deserted"].n_unique() > 1


@pytest.mark.parametrize(
    "how", [{"workers": 3}, {"fork": False}, {"workers": 2, "executor": "processes"}]
)
def test_nothing_depends_on_the_executor_nor_on_forks(how: dict[str, Any]) -> None:
    sweep = ds.load_sweep("sweep.yaml")
    ds.sweep(sweep, out=".", name="one", workers=1)
    ds.sweep(sweep, out=".", name="two", **how)
    assert files(Path("one")) == files(Path("two"))


def test_a_sweep_that_was_stopped_goes_on_and_is_the_same() -> None:
    sweep = ds.load_sweep("sweep.yaml")
    ds.sweep(sweep, out=".", name="whole")
    stopped = ds.sweep(sweep, out=".", name="stopped", progress=StopAfter(2), workers=1)
    assert not stopped.complete
    pending = stopped.runs.filter(status="pending").height
    assert 0 < pending < 24
    progress = StopAfter(99)
    resumed = ds.resume("stopped", progress=progress, workers=1)
    assert resumed.complete
    assert progress.estimates[0].runs == pending
    assert files(Path("stopped")) == files(Path("whole"))


def test_a_study_is_extended_to_what_it_would_have_been() -> None:
    sweep = ds.load_sweep("sweep.yaml")
    ds.sweep(sweep, out=".", name="short", replicates=2)
    extended = ds.resume("short", replicates=4)
    ds.sweep(sweep, out=".", name="long")
    assert extended.complete
    assert extended.manifest["replicates"] == 4
    assert files(Path("short")) == files(Path("long"))
    with pytest.raises(ds.PlanError, match="there are 4 replicates, and 3 are not more"):
        ds.resume("short", replicates=3)


class Dies(StopAfter):
    """Has the process end itself, in effect, when so many runs have ended."""

    def on_result(self, result: RunResult) -> None:
        super().on_result(result)
        if self.should_stop():
            raise SystemExit


def test_the_first_runs_too_are_stored_when_they_end() -> None:
    progress = Dies(2)
    with pytest.raises(SystemExit):
        ds.sweep(ds.load_sweep("sweep.yaml"), out=".", progress=progress, workers=1)
    assert not progress.estimates
    assert ds.Study.open("try").runs.filter(status="done").height == 2


DEADLY = """
import os

def see(view):
    os._exit(1)
"""


def test_runs_that_end_their_process_do_not_end_this_one_nor_the_one_that_retries_them() -> None:
    Path("deadly.py").write_text(DEADLY)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{most: "deadly.py:see"}}\n')
    with pytest.warns(ds.FailedRunsWarning, match="1 of 1 runs failed"):
        ds.run(
            ds.load("small.yaml"),
            replicates=1,
            out=".",
            name="dead",
            executor="processes",
            workers=1,
        )
    with pytest.warns(ds.FailedRunsWarning, match="1 of 1 runs failed"):
        ds.resume("dead", retry_failed=True, workers=1)
    with pytest.raises(ds.StudyIncompleteError, match="can be repeated"):
        next(rerun(Path("dead"), 1, 0, allow_code=False))


def test_a_study_whose_code_ended_this_process_goes_on_in_others() -> None:
    """A process that a run ends in the midst of a study leaves its log without an end."""
    Path("deadly.py").write_text(DEADLY)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{most: "deadly.py:see"}}\n')
    run = as_command("run", "small.yaml", "--replicates", "2", "--seed", "1", "--workers", "1")
    assert subprocess.run(run, check=False).returncode == 1
    assert set(ds.Study.open("results/small").runs["status"]) == {"pending"}
    with pytest.warns(ds.FailedRunsWarning, match="2 of 2 runs failed"):
        ds.resume("results/small", workers=2)


FLAKY = """
from pathlib import Path

def see(view):
    gone = (view.column("status") == 3).sum()
    if Path("broken").exists() and gone > 4:
        raise OSError("the file server is away")
    return {"gone": float(gone)}
"""


def test_what_failed_is_a_row_and_is_retried_when_asked() -> None:
    Path("flaky.py").write_text(FLAKY)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{most: "flaky.py:see"}}\n')
    sweep = ds.load_sweep("sweep.yaml")
    ds.sweep(sweep, out=".", name="whole")
    Path("broken").touch()
    with pytest.warns(
        ds.FailedRunsWarning,
        match=r"of 24 runs failed, the first with: flaky\.py:7: the observer most on .*: OSError: the",
    ):
        broken = ds.sweep(sweep, out=".", name="broken-study")
    assert broken.complete
    failed = broken.runs.filter(status="failed").height
    assert 0 < failed < 24
    Path("broken").unlink()
    with pytest.warns(ds.FailedRunsWarning, match=f"{failed} of 24"):
        assert ds.resume("broken-study").runs.filter(status="failed").height == failed
    mended = ds.resume("broken-study", retry_failed=True)
    assert mended.runs.filter(status="failed").is_empty()
    assert mended.manifest["failed"] == 0
    assert files(Path("broken-study")) == files(Path("whole"))


def test_no_further_runs_are_run_by_other_code() -> None:
    Path("flaky.py").write_text(FLAKY)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{most: "flaky.py:see"}}\n')
    ds.sweep(ds.load_sweep("sweep.yaml"), out=".", progress=StopAfter(1), workers=1)
    kept = Path("try/flaky.py")
    kept.write_text(kept.read_text().replace("> 4", "> 5"))
    with pytest.raises(
        ds.StudyMismatchError, match=r"flaky.py:see is not what it was when the study began"
    ):
        ds.resume("try")


def test_keys_tell_scenarios_seeds_and_code_apart() -> None:
    def keys(**options: Any) -> set[str]:
        return set(ds.sweep(ds.load_sweep("sweep.yaml"), replicates=1, **options).runs["key"])

    Path("flaky.py").write_text(FLAKY)
    Path("small.yaml").write_text(f'{SCENARIO}observers: {{most: "flaky.py:see"}}\n')
    first = keys()
    assert keys() == first
    assert not keys(seed=6) & first
    Path("flaky.py").write_text(FLAKY + "\n# mended\n")
    assert not keys() & first


def test_an_outcome_is_drawn_when_asked_for_and_an_unknown_one_is_refused() -> None:
    study = ds.sweep(ds.load_sweep("sweep.yaml"), replicates=2)
    label = study.figure("deserted").axes[0].get_xlabel()
    assert label == "rise: official pay, as a multiple of each person's own"
    with pytest.raises(
        ds.UnknownOutcomeError, match=r"'desertd' is no outcome of a run; did you mean 'deserted'"
    ):
        study.figure("desertd")
