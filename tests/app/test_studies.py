"""Studies of a page: run with progress, cancelled, and read as a report."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.conftest import answers
from defectsim.app.server import create_app
from defectsim.app.studies import listed, studies_of
from defectsim.app.visitor import Reply, Shared, Visitor
from defectsim.core.errors import AppError, DefectsimError
from tiny_army import TINY


@pytest.fixture
def told() -> list[Reply]:
    return []


@pytest.fixture
def visitor(shared: Shared, told: list[Reply]) -> Iterator[Visitor]:
    visitor = Visitor(shared, lambda message: told.append({**message}))
    answers(visitor, "open", scenario=shared.catalogue.first, seed=1)
    yield visitor
    visitor.leave()


def ended(told: list[Reply]) -> Any:
    """Wait for the end of the study."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if done := [one for one in told if one["type"] == "study"]:
            return done[0]
        time.sleep(0.05)
    raise AssertionError(f"the study did not end: {told}")


def test_a_small_comparison_is_run_and_read(
    visitor: Visitor, shared: Shared, told: list[Reply]
) -> None:
    answers(visitor, "change", moved={"policies.off_ramp.value": 1})
    answers(visitor, "study", replicates=3, against="as written")
    study = ended(told)
    assert study["name"] == "tiny-vs-tiny-changed-app-1"
    assert "6 runs, seed 1" in study["grounds"]
    done = [one["done"] for one in told if one["type"] == "progress" and one.get("runs") == 6]
    assert done[-1] == 6
    (stored,) = listed(shared.studies)
    assert (stored["name"], stored["kind"]) == (study["name"], "comparison")
    assert (stored["question"], stored["status"]) == ("Does the tiny army hold?", "complete")
    with TestClient(create_app(shared), base_url="http://127.0.0.1") as client:
        report = client.get(f"/report/{study['name']}")
        assert report.status_code == 200
        assert study["answer"] in report.text
        assert report.headers["content-security-policy"].startswith("sandbox")
        for wrong in ("nothing", "%2e%2e", "%2e%2e%2fgiven"):
            assert client.get(f"/report/{wrong}").status_code == 404


def test_a_study_is_cancelled_between_runs(
    visitor: Visitor, told: list[Reply], shared: Shared
) -> None:
    answers(visitor, "study", replicates=100)
    with pytest.raises(AppError, match="a study is running"):
        answers(visitor, "study", replicates=1)
    answers(visitor, "cancel")
    study = ended(told)
    kept = re.match(r"stopped; kept: (\d+) runs?; to continue", study["error"])
    assert kept
    assert int(kept[1]) < 100
    assert "defectsim resume" in study["error"]
    (stored,) = listed(shared.studies)
    assert stored["status"] == "incomplete"
    with TestClient(create_app(shared), base_url="http://127.0.0.1") as client:
        report = client.get(f"/report/{stored['name']}")
    assert report.status_code in (200, 404)
    assert "frame-ancestors 'self'" in report.headers["content-security-policy"]


@pytest.mark.parametrize("replicates", [-1, 0, 101])
def test_a_study_that_is_not_small_is_left_to_the_command(
    visitor: Visitor, replicates: int
) -> None:
    with pytest.raises(AppError, match="for more: defectsim run"):
        answers(visitor, "study", replicates=replicates)


def test_nothing_moved_is_nothing_to_compare(visitor: Visitor) -> None:
    with pytest.raises(AppError, match="move a lever first"):
        answers(visitor, "study", replicates=2, against="as written")


def test_names_too_long_for_a_folder_are_shortened(
    visitor: Visitor, shared: Shared, told: list[Reply]
) -> None:
    text = TINY.replace("name: tiny", f"name: {300 * 'a'}")
    for number, against in enumerate((None, "as written"), 1):
        told.clear()
        answers(visitor, "open", scenario=shared.catalogue.first, text=text)
        answers(visitor, "study", replicates=1, against=against)
        assert "error" not in ended(told)
        assert len(listed(shared.studies)) == number


def test_a_page_hears_of_a_study_that_fails_by_a_fault_of_ours(
    visitor: Visitor,
    told: list[Reply],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("defectsim.app.studies.run", fail)
    answers(visitor, "study", replicates=1)
    assert "ZeroDivisionError" in ended(told)["error"]
    assert "has failed" in caplog.text


def test_a_study_of_first_runs_alone_ends_with_its_last_run(
    visitor: Visitor, told: list[Reply]
) -> None:
    answers(visitor, "study", replicates=2)
    ended(told)
    shown = [one["what"] for one in told if one["type"] == "progress"]
    assert shown[-2:] == ["1 of 2 runs", "2 of 2 runs"]


def test_an_estimate_says_how_far_the_study_is(visitor: Visitor, told: list[Reply]) -> None:
    answers(visitor, "study", replicates=6)
    ended(told)
    shown = [one["what"] for one in told if one["type"] == "progress"]
    (estimate,) = [one for one in shown if "about" in one]
    assert re.fullmatch(r"4 of 6 runs; about \d+ s in all", estimate)


def test_a_folder_is_a_study_or_holds_studies(
    visitor: Visitor, shared: Shared, told: list[Reply], tmp_path: Path
) -> None:
    out = shared.studies
    assert studies_of(None, out) == (out, None)
    assert not out.exists(), "it is made with the first study"
    answers(visitor, "study", replicates=1)
    name = ended(told)["name"]
    assert studies_of(out, Path("elsewhere")) == (out, None)
    assert studies_of(out / name, Path("elsewhere")) == (out, name)


@pytest.mark.parametrize(
    ("manifest", "wrong"),
    [
        (None, "is no study, and holds none"),
        ("one/{}", "is no study, and holds none"),
        ("{}", "is not the manifest of a study"),
    ],
)
def test_a_folder_without_a_study_is_refused(
    tmp_path: Path, manifest: str | None, wrong: str
) -> None:
    if manifest is not None:
        (tmp_path / "one").mkdir()
        file = tmp_path / manifest.replace("{}", "manifest.json")
        file.write_text("{}")
    with pytest.raises(DefectsimError, match=wrong):
        studies_of(tmp_path, Path("results"))


@pytest.mark.parametrize("out", ["file", "file/x/y", "nowhere", 300 * "a"])
def test_a_folder_that_could_hold_no_study_is_refused(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    with pytest.raises(AppError, match=r"\(.*\): choose another --out"):
        studies_of(None, tmp_path / out)
