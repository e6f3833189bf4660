"""Studies of a page: run with progress, cancelled, and read as a report."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.conftest import answers
from defectsim.app.library import Library
from defectsim.app.server import create_app
from defectsim.app.studies import listed
from defectsim.app.visitor import Reply, Shared, Visitor, studies_of
from defectsim.core.errors import AppError


@pytest.fixture
def told() -> list[Reply]:
    return []


@pytest.fixture
def visitor(shared: Shared, told: list[Reply]) -> Iterator[Visitor]:
    visitor = Visitor(shared, lambda message: told.append({**message}))
    answers(visitor, "open", scenario=shared.library.first, seed=1)
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


def test_a_folder_is_a_study_or_holds_studies(tmp_path: Path, library: Library) -> None:
    study = tmp_path / "one"
    study.mkdir()
    assert studies_of(None, Path("results")) == {"studies": Path("results")}
    assert studies_of(tmp_path, Path("results")) == {"studies": tmp_path}
    (study / "manifest.json").write_text("{}")
    assert studies_of(study, Path("results")) == {"studies": tmp_path, "study": "one"}
    assert listed(tmp_path) == [], "a manifest that says nothing is no study"
