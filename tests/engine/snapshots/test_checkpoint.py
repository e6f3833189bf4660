"""Snapshots that are saved and loaded: the same run, or a refusal that says what to do."""

import datetime as dt
import hashlib
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defectsim.core import versions as module
from defectsim.core.errors import CheckpointError
from defectsim.core.versions import versions
from defectsim.engine.begin import begin_run, simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.snapshots import checkpoint
from defectsim.engine.snapshots.snapshot import Snapshot
from defectsim.scenario.overrides import as_yaml
from eventful_scenarios import ACTS, OWN, assert_same
from forged_checkpoints import EVENTFUL, STEP, header_of, refused, rewritten, setup


def engine_at_step() -> Engine:
    engine: Engine = begin_run(setup(), 1).run(STEP).engine
    return engine


def test_what_is_saved_has_all_that_a_snapshot_can_have(snapshot: Snapshot) -> None:
    assert snapshot.columns
    assert snapshot.run.attempts
    assert snapshot.run.observations
    assert snapshot.run.triggered
    assert snapshot.run.institutions.attempt
    assert snapshot.run.institutions.conspiracies


def test_a_snapshot_that_is_saved_and_loaded_is_the_same_run(
    snapshot: Snapshot, saved: Path
) -> None:
    loaded = checkpoint.load(saved, setup())
    for name, array in loaded.engine._asdict().items():
        assert np.array_equal(array, getattr(snapshot.engine, name)), name
        assert np.asarray(array).dtype == np.asarray(getattr(snapshot.engine, name)).dtype
    assert (loaded.run.attempts, loaded.run.observations) == (
        snapshot.run.attempts,
        snapshot.run.observations,
    )
    assert loaded.run.institutions == snapshot.run.institutions
    assert [*loaded.run.institutions.contacts] == [*snapshot.run.institutions.contacts]
    assert (loaded.run.seed, loaded.run.replicate, loaded.step, loaded.run.triggered) == (
        3,
        1,
        STEP,
        snapshot.run.triggered,
    )
    assert_same(begin_run(setup(), 1, snapshot=loaded).run().engine, simulate(setup(), 1))


def test_numbers_that_are_no_numbers_are_saved_as_they_are(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    seen = (
        *snapshot.run.observations[:2],
        snapshot.run.observations[2]._replace(value=float("nan")),
    )
    saved = checkpoint.save(
        replace(snapshot, run=replace(snapshot.run, observations=seen)),
        tmp_path / "run.npz",
        setup(),
    )
    assert repr(checkpoint.load(saved, setup()).run.observations) == repr(seen)


def test_a_snapshot_saved_twice_is_the_same_file(snapshot: Snapshot, tmp_path: Path) -> None:
    files = [checkpoint.save(snapshot, tmp_path / name, setup()) for name in ("one.npz", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {"one.npz", "two"}


GOES_ON = """
import sys
from defectsim import load
from defectsim.engine.snapshots import checkpoint
from defectsim.engine.begin import begin_run
from defectsim.engine.setup import StudySetup
import numpy as np

setup = StudySetup(load(sys.argv[1], allow_code=True), 3)
snapshot = checkpoint.load(sys.argv[2], setup)
engine = begin_run(setup, snapshot.run.replicate, snapshot=snapshot).run().engine
np.savez(sys.argv[3], **engine.events._asdict(), counts=engine.counts, doubting=engine.doubting, belief=engine.belief)
"""


def test_another_process_goes_on_from_a_checkpoint(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "army.yaml").write_text(as_yaml(setup().scenario))
    script = tmp_path / "goes_on.py"
    script.write_text(f"import sys\nsys.path[:0] = {sys.path!r}\n{GOES_ON}")
    command = [
        sys.executable,
        str(script),
        str(tmp_path / "army.yaml"),
        str(saved),
        str(tmp_path / "end.npz"),
    ]
    subprocess.run(command, check=True)
    straight = simulate(setup(), 1)
    with np.load(tmp_path / "end.npz") as end:
        for name, array in straight.events._asdict().items():
            assert np.array_equal(end[name], array), name
        for name in ("counts", "doubting", "belief"):
            assert np.array_equal(end[name], getattr(straight, name)), name


def test_what_comes_after_the_checkpoint_may_differ(saved: Path) -> None:
    after = {
        **EVENTFUL["policies"],
        "off": {"lever": "pay", "value": 9, "effective": setup().scenario.clock.date(STEP)},
    }
    other = setup(policies=after, clock={"end": dt.date(2018, 6, 4)})
    resumed = begin_run(other, 1, snapshot=checkpoint.load(saved, other)).run().engine
    assert_same(resumed, simulate(other, 1))
    assert resumed.events.row.tolist() != simulate(setup(), 1).events.row.tolist()


def test_files_that_are_no_checkpoint_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.npz").startswith("there is no such file")
    assert refused(tmp_path).startswith("there is no such file")
    assert refused(tmp_path / ("a" * 300)).startswith("there is no such file")
    for name, content in (
        ("empty", b""),
        ("text", b"name: army\n"),
        ("pickle", pickle.dumps({"header": 1})),
    ):
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name).startswith("is no checkpoint")
    np.savez(tmp_path / "arrays.npz", one=np.arange(3))
    assert refused(tmp_path / "arrays.npz").startswith("is no checkpoint")


class Trap:
    """Does something when unpickled."""

    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('unpickled')",)


def test_nothing_is_ever_unpickled(saved: Path) -> None:
    with np.load(saved) as opened:
        content = {name: opened[name] for name in opened.files}
    np.savez(saved, **{**content, "status": np.array([Trap()], object)})
    assert refused(saved).startswith("is damaged")


def test_a_file_that_is_cut_off_or_changed_anywhere_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in (100, len(whole) // 2, len(whole) - 1):
        saved.write_bytes(whole[:length])
        assert "save it anew" in refused(saved)
    for place in range(50, len(whole), len(whole) // 40):
        broken = bytearray(whole)
        broken[place] ^= 1
        saved.write_bytes(broken)
        try:
            loaded = checkpoint.load(saved, setup())
        except CheckpointError:
            continue
        assert_same(
            begin_run(setup(), 1, snapshot=loaded).engine, engine_at_step()
        )  # a byte that says nothing, as of a date


def test_other_content_under_the_same_header_is_damage(saved: Path, snapshot: Snapshot) -> None:
    changed = snapshot.engine.remaining_threshold.copy()
    changed[0, 0] += 1
    assert refused(rewritten(saved, {}, signed=False, remaining_threshold=changed)).startswith(
        "is damaged"
    )


def test_other_formats_and_versions_are_refused(saved: Path) -> None:
    assert refused(rewritten(saved, {"format": 1})) == (
        "has format 1, and this defectsim reads format 5: save it anew"
    )
    for name, now in versions().items():
        other = rewritten(saved, {"format": 5, "versions": {**versions(), name: "0.1"}})
        assert refused(other) == (
            f"was saved by other code or versions: {name} is {now}, not 0.1; "
            "install what it was saved by, or save it anew"
        )


def test_an_edit_of_the_code_that_runs_depend_on_is_another_version(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told before the past, of which a rule's hash is a part."""
    shutil.copytree(
        Path(module.__file__).parents[1],
        tmp_path / "package",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    with (tmp_path / "package" / "engine" / "columns.py").open("a") as source:
        source.write("\n# mended\n")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "package" / "core" / "versions.py"))
    module.package_fingerprint.cache_clear()
    try:
        said = refused(saved, setup(people={"pay": {"officer": 21}}))
    finally:
        module.package_fingerprint.cache_clear()
    assert said.startswith("was saved by other code or versions: code of defectsim is ")


def test_another_seed_is_refused(saved: Path) -> None:
    assert refused(saved, setup(seed=4)) == "is of seed 3, not of 4: give that seed"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"people": {"pay": {"officer": 21}}}, "people.pay.officer"),
        ({"behaviour": OWN}, "behaviour.soldier.parameters.desert"),
        ({"policies": {}}, "policies.ban"),
        (
            {"acts": {**EVENTFUL["acts"], "more": {**ACTS["purge"], "date": dt.date(2018, 2, 5)}}},
            "acts.more",
        ),
        ({"observers": {}}, "observers.one.observe"),
    ],
)
def test_another_past_is_refused_by_the_first_path_that_differs(
    saved: Path, said: dict[str, Any], path: str
) -> None:
    date = setup().scenario.clock.date(STEP)
    assert refused(saved, setup(**said)) == (
        f"has another past: {path} is not what it was when saved; only what comes after {date} may change"
    )


def test_a_clock_that_ends_before_is_refused(saved: Path) -> None:
    said = {"clock": {"end": dt.date(2018, 3, 20)}, "acts": {"cut": EVENTFUL["acts"]["cut"]}}
    assert (
        refused(saved, setup(**said))
        == "is of 2018-03-26, and the clock ends before that: let it end later"
    )


def test_the_header_identifies_the_run(saved: Path) -> None:
    header = header_of(saved)
    assert len(header.pop("sha256")) == hashlib.sha256().digest_size * 2
    run = {name: header["run"][name] for name in ("seed", "replicate")}
    known = {name: header[name] for name in ("format", "scenario", "date", "step")} | run
    assert known == {
        "format": 5,
        "scenario": "small",
        "date": "2018-03-26",
        "seed": 3,
        "replicate": 1,
        "step": STEP,
    }
