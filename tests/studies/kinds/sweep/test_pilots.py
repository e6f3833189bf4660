"""Sweeps whose replicates are sized by a pilot, on an army whose noise is known.

The outcome has a variance of 10/12 between points and 9/12 within them, so that eight or nine
replicates leave chance a tenth of the variance of means, and 81 a hundredth.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from command_line import defectsim
from defectsim.studies.runner import rerun
from known_outcomes import write
from stopped_studies import StopAfter, files

HEAD = "name: sized\nquestion: Which?\nscenario: known.yaml\nover: ranges\noutcome: {name: noisy}\n"
SOBOL = "design: {kind: sobol, points: 64}\n"
PILOT = "replicates: {pilot: 4, most: 40}\nseeds: own\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path


def load(text: str) -> ds.Plan:
    Path("sized.yaml").write_text(HEAD + text)
    return ds.load_sweep("sized.yaml")


def run(text: str, **options: Any) -> ds.Study:
    return ds.sweep(load(text), engine="reference", workers=1, **{"seed": 1, **options})


def test_the_rest_of_the_replicates_follows_from_the_noise_of_the_pilot() -> None:
    found = run(SOBOL + PILOT)
    pilot = found.manifest["design"]["pilot"]
    assert pilot["needed"] == pytest.approx(8.1, abs=3)
    assert pilot["low"] <= pilot["needed"] <= pilot["high"]
    assert found.manifest["replicates"] == found.runs["replicate"].max() + 1 == pilot["needed"]
    assert found.runs.height == 64 * pilot["needed"]
    first = run(f"{SOBOL}replicates: 4\nseeds: own\n").runs
    assert found.runs.head(first.height).equals(first)


def test_a_shift_that_common_draws_give_all_points_asks_for_no_replicates() -> None:
    found = run(SOBOL + PILOT.replace("own", "common"))
    assert found.manifest["design"]["pilot"]["needed"] == 1
    assert found.manifest["replicates"] == 4


def test_the_noise_of_an_effect_is_that_of_pairs(folder: Path) -> None:
    write(folder, "shifted", shift=2.0)
    two = HEAD.replace("scenario: known.yaml", "scenarios: [known.yaml, shifted.yaml]")
    Path("sized.yaml").write_text(f"{two}{SOBOL}{PILOT}")
    plan = ds.load_sweep("sized.yaml")
    found = ds.sweep(plan, seed=1, engine="reference", workers=1)
    assert found.manifest["design"]["pilot"]["needed"] == 1
    assert found.manifest["replicates"] == 4


def test_the_cap_ends_it_and_is_told() -> None:
    with pytest.warns(ds.ImpreciseWarning, match=r"more than the 6 allowed: 6 are run"):
        found = run(SOBOL + PILOT.replace("most: 40", "chance: 0.01, most: 6"))
    pilot = found.manifest["design"]["pilot"]
    assert pilot["needed"] == pytest.approx(89, abs=35)
    assert found.manifest["replicates"] == 6


def test_points_that_differ_by_chance_alone_are_run_to_the_cap() -> None:
    text = (SOBOL + PILOT).replace("most: 40", "most: 5").replace("64", "16")
    tiny = "vary: {people.attributes.y: {range: [0.5, 0.501]}}\n"
    Path("sized.yaml").write_text(HEAD.replace("over: ranges\n", tiny) + text)
    plan = ds.load_sweep("sized.yaml")
    with pytest.warns(ds.ImpreciseWarning, match="differ no more than chance makes them.*5 are"):
        found = ds.sweep(plan, seed=3, engine="reference", workers=1)
    assert found.manifest["design"]["pilot"]["needed"] is None
    assert found.manifest["replicates"] == 5


def test_runs_that_failed_leave_the_pilot_unread_and_nothing_more_is_run(folder: Path) -> None:
    code = (folder / "known.py").read_text()
    (folder / "known.py").write_text(
        code.replace("    x, y, noise", "    assert view.column('x')[0] < 0.1\n    x, y, noise")
    )
    with (
        pytest.warns(ds.ImpreciseWarning, match="have two runs that ended well.*4 are run"),
        pytest.warns(ds.FailedRunsWarning),
    ):
        found = run(SOBOL + PILOT)
    assert found.manifest["replicates"] == 4


@pytest.mark.parametrize("pilot", [3, {"replicates": 4}, {"replicates": "a"}])
def test_a_manifest_with_an_odd_pilot_is_told_to_be_damaged(pilot: object) -> None:
    found = run("design: {kind: sobol, points: 2}\nreplicates: 1\n")
    design = {**found.manifest["design"], "pilot": pilot}
    with pytest.raises(ds.StudyDamagedError, match="a pilot that cannot be read"):
        ds.Study.of({**found.manifest, "design": design}, found.tables).table()


@pytest.mark.long
@pytest.mark.parametrize("runs", [30, 300], ids=["in the pilot", "after it"])
def test_a_stopped_study_goes_on_and_is_the_same(runs: int) -> None:
    whole = run(SOBOL + PILOT, out=".", name="whole", figures=False)
    stopped = run(SOBOL + PILOT, out=".", name="s", figures=False, progress=StopAfter(runs))
    assert not stopped.complete
    assert ("needed" in stopped.manifest["design"]["pilot"]) == (runs > 256)
    resumed = ds.resume("s", workers=1, figures=False)
    assert resumed.complete
    assert resumed.manifest["design"] == whole.manifest["design"]
    assert files(Path("s")) == files(Path("whole"))
    assert all(one.matches for one in rerun(Path("s"), 5, 0, allow_code=False))
    assert ds.resume("s", workers=1, figures=False).runs.equals(whole.runs)


def test_a_number_of_replicates_that_is_asked_for_is_what_is_run() -> None:
    few = run(SOBOL + PILOT, replicates=2)
    assert "pilot" not in few.manifest["design"]
    assert few.runs.height == 128
    run(SOBOL + PILOT, out=".", figures=False, progress=StopAfter(300))
    more = ds.resume("sized", replicates=12, workers=1, figures=False)
    assert more.manifest["design"]["pilot"]["needed"] < 12
    assert more.runs.height == 64 * 12
    run(SOBOL + PILOT, out=".", figures=False, progress=StopAfter(30), overwrite=True)
    early = ds.resume("sized", replicates=5, workers=1, figures=False)
    assert "pilot" not in early.manifest["design"]
    assert ds.resume("sized", workers=1, figures=False).runs.height == 64 * 5


def test_a_dry_run_says_that_the_rest_depends_on_the_pilot_and_the_run_what_it_showed(
    folder: Path,
) -> None:
    load(SOBOL + PILOT)
    options = ("--engine", "reference", "--workers", "1", "--seed", "1")
    dry = " ".join(defectsim(folder, "sweep", "sized.yaml", "--dry-run", *options).stderr.split())
    assert "64 points x 4 replicates = 256 runs; about" in dry
    assert "a pilot: how many follow, up to 40 in all, depends on their noise." in dry
    done = defectsim(folder, "sweep", "sized.yaml", *options)
    needed = json.loads(Path("results/sized/manifest.json").read_text())["design"]["pilot"]
    said = (
        "By the pilot of 4 replicates, chance makes 10 % of the variance of the means of points at "
        f"{needed['needed']} replicates [{needed['low']}–{needed['high']}]."
    )
    for text in (done.stderr, done.stdout):
        assert said in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("design: {kind: morris, points: 10}\nreplicates: {pilot: 4}", "each point of morris has"),
        ("design: {kind: saltelli, points: 16}\nreplicates: {pilot: 4}", "point of saltelli has"),
        ("design: {kind: bank, points: 16}\nreplicates: {pilot: 4}", "each point of bank has one"),
        ("design: {kind: sobol, points: 8}\nreplicates: {pilot: 4}", "there are 8 points, and a"),
        (f"{SOBOL}replicates: {{pilot: 4, most: 4}}", "must be above the replicates of the pilot"),
        (f"{SOBOL}replicates: {{pilot: 1}}", "must be at least 2"),
        (f"{SOBOL}replicates: {{pilot: 2, chance: 1}}", "must be less than 1"),
        (f"{SOBOL}replicates: {{pilot: 2, most: 10000000}}", "64 points of 10,000,000 runs"),
        (f"{SOBOL}replicates: many", r"a whole number, or a pilot such as \{pilot: 4"),
        (f"{SOBOL}replicates: {{pilot: 2}}\nset: [record.series=quantiles]", "choose full or none"),
    ],
)
def test_a_pilot_that_could_tell_nothing_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ds.ScenarioError, match=fault):
        load(f"{text}\n")


def test_a_bisection_has_no_pilot() -> None:
    Path("sized.yaml").write_text(
        HEAD.replace("over: ranges\n", "vary: {people.attributes.x: null}\n")
        + "design: {kind: bisect, points: 12}\nreplicates: {pilot: 4}\n"
    )
    with pytest.raises(ds.ScenarioError, match="bisect has one run at each value and seed"):
        ds.load_sweep("sized.yaml")
