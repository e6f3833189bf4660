"""Checkpoints that somebody has forged, under a right hash, lead to a run or a refusal."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defectsim.core.errors import CheckpointError
from defectsim.engine.begin import begin_run
from defectsim.engine.snapshots import checkpoint
from forged_checkpoints import STEP, changed_at, header_of, refused, replaced, rewritten, setup


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("commander", lambda array: array + 1_000),
        ("leads", lambda array: array - 1),
        ("status", lambda array: array + 8),
        ("events", lambda array: array + 100),
        ("remaining_threshold", lambda array: array[1:]),
        ("belief", lambda array: array.astype(np.float32)),
        ("events", lambda array: np.zeros((), np.int32)),
        ("column.pay", lambda array: array[1:]),
        ("column.unheard_of", lambda array: np.zeros(3)),
    ],
)
def test_arrays_that_would_reach_beyond_the_army_are_refused_though_their_hash_is_right(
    saved: Path, name: str, change: Any
) -> None:
    with np.load(saved) as opened:
        other = change(opened[name] if name in opened.files else None)
    assert (
        refused(rewritten(saved, {}, **{name: other}))
        == f"does not fit the army ({name}): save it anew"
    )


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ({"step": "12"}, "step: Input should be a valid integer"),
        ({"step": -1}, "step: Input should be greater than or equal to 0"),
        ({"prefix": ["people.pay"]}, "prefix: Input should be an object"),
        ({"run": {"seed": None}}, "run.seed: Input should be a valid integer"),
        ({"date": "someday"}, "date: Input should be a valid date"),
        ({"run": {"leaving": [[0, "vanish"]]}}, "run.leaving.0.1: there is no transition 'vanish'"),
        ({"run": {"institutions": {}}}, "run.institutions.events_seen: Field required"),
        ({"more": 1}, "more: Extra inputs are not permitted"),
    ],
)
def test_headers_that_no_run_has_are_refused_though_their_hash_is_right(
    saved: Path, header: dict[str, Any], wrong: str
) -> None:
    if "run" in header:
        header = {"run": {**header_of(saved)["run"], **header["run"]}}
    said = refused(rewritten(saved, header))
    assert said.startswith(f"has a header that no run has ({wrong}")
    assert said.endswith("): save it anew")


def test_a_header_of_nothing_but_its_format_is_refused(saved: Path) -> None:
    np.savez(saved, header=np.frombuffer(b'{"format": 5}', np.uint8))
    assert refused(saved) == "is damaged: what it holds is not what was saved; save it anew"
    with pytest.raises(CheckpointError, match="is damaged"):
        checkpoint.seed_of(saved)


ATTEMPT: dict[str, Any] = {
    "step": 3,
    "members": [0],
    "first_event": 0,
    "days_left": 2,
    "people": {"0": 2.0},
    "joined": [],
    "resisting": [],
}
BEYOND = 10**6


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ({"leaving": [[BEYOND, "arrest"]]}, "leaving.0.0: there is no person"),
        ({"attempts": [[BEYOND, 1, 2, 0.1, 0.1, "failure", 0]]}, "attempts.0.0: there is no step"),
        ({"attempts": [[1, BEYOND, 2, 0.1, 0.1, "failure", 0]]}, "attempts.0.1: there is no step"),
    ],
)
def test_headers_that_would_reach_beyond_the_army_are_refused(
    saved: Path, header: dict[str, Any], wrong: str
) -> None:
    forged = changed_at(header_of(saved), ["run"], lambda there: {**there, **header})
    assert refused(rewritten(saved, forged)) == (
        f"does not fit the army (run.{wrong} {BEYOND}): save it anew"
    )


def test_policies_that_wait_for_nothing_are_not_triggered(saved: Path) -> None:
    triggered = {"unheard_of": "2018-02-05"}
    header = changed_at(header_of(saved), ["run", "triggered"], lambda _: triggered)
    wrong = "run.triggered.unheard_of"
    assert refused(rewritten(saved, header)) == f"does not fit the army ({wrong}): save it anew"


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        ({"events_seen": BEYOND}, "events_seen: there is no event"),
        ({"rising": [BEYOND]}, "rising.0: there is no person"),
        ({"vacancies": {BEYOND: 1}}, f"vacancies.{BEYOND}.[key]: there is no unit"),
        ({"conspiracies": {0: BEYOND}, "contacts": {}}, "conspiracies.0: there is no person"),
        (
            {"conspiracies": {BEYOND: 0}, "contacts": {}},
            f"conspiracies.{BEYOND}.[key]: there is no person",
        ),
        ({"failed": BEYOND}, "failed: there is no step"),
        ({"attempt": {**ATTEMPT, "step": BEYOND}}, "attempt.step: there is no step"),
        ({"attempt": {**ATTEMPT, "members": [BEYOND]}}, "attempt.members.0: there is no person"),
        (
            {"attempt": {**ATTEMPT, "people": {BEYOND: 1.0}}},
            f"attempt.people.{BEYOND}.[key]: there is no unit",
        ),
        ({"attempt": {**ATTEMPT, "first_event": BEYOND}}, "attempt.first_event: there is no event"),
    ],
)
def test_institutions_that_would_reach_beyond_the_army_are_refused(
    saved: Path, state: dict[str, Any], wrong: str
) -> None:
    header = changed_at(header_of(saved), ["run", "institutions"], lambda there: {**there, **state})
    assert refused(rewritten(saved, header)) == (
        f"does not fit the army (run.institutions.{wrong} {BEYOND}): save it anew"
    )


def test_a_step_still_to_come_is_the_first_that_cannot_have_failed(saved: Path) -> None:
    for step, fits in ((STEP, True), (STEP + 1, False)):
        header = changed_at(
            header_of(saved), ["run", "institutions", "failed"], lambda _, step=step: step
        )
        rewritten(saved, header)
        if fits:
            assert checkpoint.load(saved, setup()).run.institutions.failed == step
        else:
            assert "institutions.failed: there is no step 13" in refused(saved)


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        (
            {"contacts": {"1": 20}, "conspiracies": {}},
            "who sounds out a tie must be in a conspiracy",
        ),
        (
            {"attempt": {**ATTEMPT, "joined": [1]}},
            "units that have taken sides must be among the brigades of its beginning",
        ),
        ({"attempt": {**ATTEMPT, "members": []}}, "List should have at least 1 item"),
        ({"attempt": {**ATTEMPT, "days_left": -1}}, "greater than or equal to 0"),
        ({"attempt": {**ATTEMPT, "people": {"0": float("inf")}}}, "should be a finite number"),
        ({"succeeded": "yes"}, "succeeded: Input should be a valid boolean"),
        ({"more": 1}, "more: Unexpected keyword argument"),
    ],
)
def test_institutions_that_contradict_themselves_are_refused(
    saved: Path, state: dict[str, Any], wrong: str
) -> None:
    header = changed_at(header_of(saved), ["run", "institutions"], lambda there: {**there, **state})
    reason = refused(rewritten(saved, header))
    assert reason.startswith("has a header that no run has (run.institutions")
    assert wrong in reason


def test_a_file_that_would_grow_when_it_is_read_is_refused_unread(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with np.load(saved) as opened:
        content = {name: opened[name] for name in opened.files}
    np.savez_compressed(saved, **content)
    overlapping = saved.with_name("overlapping.npz")
    with zipfile.ZipFile(overlapping, "w") as whole:
        whole.writestr("one.npy", bytes(10_000))
        whole.filelist += [whole.filelist[0]] * 20
    monkeypatch.setattr(np, "load", None)
    assert (
        refused(saved)
        == "is damaged (ValueError: it is compressed, as no checkpoint is): save it anew"
    )
    assert (
        refused(overlapping)
        == "is damaged (ValueError: it claims to hold more than it does): save it anew"
    )


def paths(said: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all that stands in a header."""
    below = (
        said.items()
        if isinstance(said, dict)
        else enumerate(said)
        if isinstance(said, list)
        else ()
    )
    return [above, *(path for key, value in below for path in paths(value, (*above, key)))]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 80)
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "plot", "attempt", "8"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["plot", "attempt", "8"]), inner, max_size=2)
    ),
    max_leaves=4,
)
ARRAYS = st.tuples(
    st.sampled_from(
        [np.int8, np.int32, np.int64, np.float64, np.bool_, ">i4", "S3", "U0", "M8[s]", "i4,f8"]
    ),
    st.sampled_from([(), (0,), (5,), (2, 5), (1, 0, 7)]),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_forgery_is_met_by_a_run_or_a_refusal(saved: Path, data: st.DataObject) -> None:
    header = header_of(saved)
    path = data.draw(
        st.sampled_from(paths({name: header[name] for name in header if name != "prefix"})[1:])
    )
    said = changed_at(header, path[:-1], lambda there: replaced(there, path[-1], data.draw(JSON)))
    names = st.sampled_from(
        ["status", "remaining_threshold", "events", "column.pay", "attempt_memory", "header2"]
    )
    forged = data.draw(
        st.dictionaries(names, ARRAYS.map(lambda form: np.zeros(form[1], form[0])), max_size=1)
    )
    copy = Path(shutil.copy(saved, saved.with_name("forged.npz")))
    try:
        snapshot = checkpoint.load(rewritten(copy, said, **forged), setup())
    except CheckpointError:
        return
    begin_run(setup(), snapshot.run.replicate, snapshot=snapshot).run()


def test_missing_arrays_are_named(saved: Path, tmp_path: Path) -> None:
    without = tmp_path / "without.npz"
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(without, "w") as part:
        for name in whole.namelist():
            if name != "unit_counts.npy":
                part.writestr(name, whole.read(name))
    assert refused(rewritten(without, {})) == "does not fit the army (unit_counts): save it anew"
