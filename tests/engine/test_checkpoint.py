"""States that are saved and loaded: the same life, or a refusal that says what to do."""

import datetime as dt
import hashlib
import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builders import laid_over, small_scenario
from defectsim.core.errors import CheckpointError
from defectsim.engine import checkpoint
from defectsim.engine.live import live, living
from defectsim.engine.setting import Engine
from defectsim.engine.start import Start
from defectsim.engine.state import State
from defectsim.scenario.text import as_yaml
from eventful import ACTS, CALMER, OWN, assert_same

STEP = 12
EVENTFUL: dict[str, Any] = {
    "behaviour": laid_over(CALMER, {"soldier": {"parameters": {"plot": 3}}}),
    "plots": {"quorum": 1, "days": 10},
    "acts": {
        "cut": {**ACTS["cut"], "date": dt.date(2018, 2, 5)},
        "rise": {**ACTS["rise"], "date": dt.date(2018, 2, 12)},
        "again": {**ACTS["rise"], "date": dt.date(2018, 3, 19), "audience": {"rank": ["officer"], "branch": ["guard"]}},
    },
    "observers": {"one": "scripted:observe"},
    "policies": {
        "ban": {"lever": "travel_ban", "value": 0.5, "effective": dt.date(2018, 1, 8), "when": "deserted >= 0"}
    },
}
"""Columns written, an attempt failed, another under way, plots, a policy that waited: all that a state can have."""


def start(seed: int = 3, **said: Any) -> Start:
    return Start(small_scenario(**{**EVENTFUL, **said}), seed)


def lived() -> Engine:
    engine: Engine = living(start(), 1).run(STEP).engine
    return engine


@pytest.fixture(scope="module")
def state() -> State:
    taken: State = living(start(), 1).run(STEP).state()
    return taken


@pytest.fixture
def saved(state: State, tmp_path: Path) -> Path:
    return checkpoint.save(state, tmp_path / "life.npz", start())


def refused(path: Path, by: Start | None = None) -> str:
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load(path, by or start())
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


def rewritten(path: Path, header: dict[str, Any], signed: bool = True, **arrays: Any) -> Path:
    """Write a checkpoint anew with other things in its header, or other arrays, and perhaps the hash of all that."""
    with np.load(path) as opened:
        content = {name: opened[name] for name in opened.files}
    said = {**json.loads(content.pop("header").tobytes()), **header}
    content.update(arrays)
    if signed:
        del said["sha256"]
        said["sha256"] = checkpoint._hash(said, content)
    np.savez(path, header=np.frombuffer(json.dumps(said).encode(), np.uint8), **content)
    return path


def test_what_is_saved_has_all_that_a_state_can_have(state: State) -> None:
    assert state.columns
    assert state.attempts
    assert state.observations
    assert state.started
    assert state.court["attempts"]["now"]
    assert state.court["plots"]["plot"]


def test_a_state_that_is_saved_and_loaded_is_the_same_life(state: State, saved: Path) -> None:
    loaded = checkpoint.load(saved, start())
    for name, array in loaded.lived._asdict().items():
        assert np.array_equal(array, getattr(state.lived, name)), name
        assert np.asarray(array).dtype == np.asarray(getattr(state.lived, name)).dtype
    assert (loaded.attempts, loaded.observations) == (state.attempts, state.observations)
    assert (loaded.seed, loaded.replicate, loaded.step, loaded.started) == (3, 1, STEP, state.started)
    assert_same(living(start(), 1, state=loaded).run().engine, live(start(), 1))


def test_a_state_saved_twice_is_the_same_file(state: State, tmp_path: Path) -> None:
    files = [checkpoint.save(state, tmp_path / name, start()) for name in ("one.npz", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {"one.npz", "two"}


GOES_ON = """
import sys
from defectsim import load
from defectsim.engine import checkpoint
from defectsim.engine.live import living
from defectsim.engine.start import Start
import numpy as np

start = Start(load(sys.argv[1], allow_code=True), 3)
state = checkpoint.load(sys.argv[2], start)
engine = living(start, state.replicate, state=state).run().engine
np.savez(sys.argv[3], **engine.events._asdict(), counts=engine.counts, doubting=engine.doubting, belief=engine.belief)
"""


def test_another_process_goes_on_from_a_checkpoint(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "army.yaml").write_text(as_yaml(start().scenario))
    script = tmp_path / "goes_on.py"
    script.write_text(f"import sys\nsys.path[:0] = {sys.path!r}\n{GOES_ON}")
    command = [sys.executable, str(script), str(tmp_path / "army.yaml"), str(saved), str(tmp_path / "end.npz")]
    subprocess.run(command, check=True)
    straight = live(start(), 1)
    with np.load(tmp_path / "end.npz") as end:
        for name, array in straight.events._asdict().items():
            assert np.array_equal(end[name], array), name
        for name in ("counts", "doubting", "belief"):
            assert np.array_equal(end[name], getattr(straight, name)), name


def test_what_comes_after_the_checkpoint_may_differ(saved: Path) -> None:
    after = {
        **EVENTFUL["policies"],
        "off": {"lever": "pay", "value": 9, "effective": start().scenario.clock.date(STEP)},
    }
    other = start(policies=after, clock={"end": dt.date(2018, 6, 4)})
    resumed = living(other, 1, state=checkpoint.load(saved, other)).run().engine
    assert_same(resumed, live(other, 1))
    assert resumed.events.row.tolist() != live(start(), 1).events.row.tolist()


def test_files_that_are_no_checkpoint_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.npz").startswith("there is no such file")
    assert refused(tmp_path).startswith("there is no such file")
    for name, content in (("empty", b""), ("text", b"name: army\n"), ("pickle", pickle.dumps({"header": 1}))):
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
            loaded = checkpoint.load(saved, start())
        except CheckpointError:
            continue
        assert_same(living(start(), 1, state=loaded).engine, lived())  # a byte that says nothing, as of a date


def test_other_content_under_the_same_header_is_damage(saved: Path, state: State) -> None:
    left = state.lived.left.copy()
    left[0, 0] += 1
    assert refused(rewritten(saved, {}, signed=False, left=left)).startswith("is damaged")


def test_other_forms_and_versions_are_refused(saved: Path) -> None:
    assert refused(rewritten(saved, {"format": 2})) == ("is of form 2, and this defectsim reads form 1: save it anew")
    assert refused(rewritten(saved, {"format": 1, "defectsim": "0.0.1"})).startswith("was saved by defectsim 0.0.1")


def test_another_seed_is_refused(saved: Path) -> None:
    assert refused(saved, start(seed=4)) == "is of seed 3, not of 4: give that seed"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"people": {"pay": {"officer": 21}}}, "people.pay.officer"),
        ({"behaviour": OWN}, "behaviour.soldier.parameters.desert"),
        ({"policies": {}}, "policies.ban"),
        ({"acts": {**EVENTFUL["acts"], "more": {**ACTS["purge"], "date": dt.date(2018, 2, 5)}}}, "acts.more"),
        ({"observers": {}}, "observers.one.observe"),
    ],
)
def test_another_past_is_refused_by_the_first_path_that_differs(saved: Path, said: dict[str, Any], path: str) -> None:
    date = start().scenario.clock.date(STEP)
    assert refused(saved, start(**said)) == (
        f"has another past: {path} is not what it was when saved; only what comes after {date} may change"
    )


def test_a_clock_that_ends_before_is_refused(saved: Path) -> None:
    said = {"clock": {"end": dt.date(2018, 3, 20)}, "acts": {"cut": EVENTFUL["acts"]["cut"]}}
    assert refused(saved, start(**said)) == "is of 2018-03-26, and the clock ends before that: let it end later"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("commander", lambda array: array + 1_000),
        ("leads", lambda array: array - 1),
        ("status", lambda array: array + 8),
        ("events", lambda array: array + 100),
        ("left", lambda array: array[1:]),
        ("belief", lambda array: array.astype(np.float32)),
        ("column.pay", lambda array: array[1:]),
        ("column.unheard_of", lambda array: np.zeros(3)),
    ],
)
def test_arrays_that_would_reach_beyond_the_army_are_refused_though_their_hash_is_right(
    saved: Path, name: str, change: Any
) -> None:
    with np.load(saved) as opened:
        other = change(opened[name] if name in opened.files else None)
    assert refused(rewritten(saved, {}, **{name: other})) == f"does not fit the army ({name}): save it anew"


def test_arrays_that_are_missing_are_told(saved: Path, tmp_path: Path) -> None:
    without = tmp_path / "without.npz"
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(without, "w") as part:
        for name in whole.namelist():
            if name != "stands.npy":
                part.writestr(name, whole.read(name))
    assert refused(rewritten(without, {})) == "does not fit the army (stands): save it anew"


def test_the_header_says_whose_life_it_is(saved: Path) -> None:
    with np.load(saved) as opened:
        header = json.loads(opened["header"].tobytes())
    assert len(header.pop("sha256")) == hashlib.sha256().digest_size * 2
    known = {name: header[name] for name in ("format", "scenario", "date", "seed", "replicate", "step")}
    assert known == {"format": 1, "scenario": "small", "date": "2018-03-26", "seed": 3, "replicate": 1, "step": STEP}
