"""Pictures of sweeps, and of what readings have stored with them."""

from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from artists import outside, written
from defectsim.core.errors import AnalysisError, NothingToDrawError, StudyDamagedError
from defectsim.studies.readings.result import ReadingResult
from known_outcomes import OVER, study, write

BANK = f"""design: {{kind: bank, points: 128}}
{OVER}
targets: {{seen: {{outcome: total, observed: 2.0, error: 0.3, source: a report}}}}"""
OF_BANK = ("box", "posterior", "predictive")


def stored(folder: Path, sweep: str) -> ds.Study:
    return study(folder, sweep, out=folder / "results", overwrite=True, figures=False)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ds.Study:
    """A bank that was read by both readings whose pictures it has."""
    folder = tmp_path_factory.mktemp("bank")
    write(folder)
    found = stored(folder, BANK)
    assert found.path is not None
    ds.discover(found, outcome="total", above=3.0).save(found.path)
    ds.calibrate(found).save(found.path)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    write(tmp_path, "shifted", shift=2.0)
    return tmp_path


def test_a_sweep_shows_one_outcome_or_all_of_them(folder: Path) -> None:
    levels = "scenario: known.yaml\nvary: {people.attributes.x: {levels: 3}}\nreplicates: 2"
    found = stored(folder, levels)
    one = found.plot("sweep", outcome="total").figure
    assert len(one.axes) == 1
    assert len(found.plot("sweep").figure.axes) > 3
    assert found.pictures.filter(kind="tornado")["lacks"].item() == (
        "it shows a sweep whose design is one of {kind: morris}, {kind: saltelli}, and this is grid"
    )
    with pytest.raises(AnalysisError, match="it compares the scenarios of a sweep"):
        found.plot("regret")
    with pytest.raises(AnalysisError, match="it shows a run of one scenario"):
        found.plot("status")


READ: dict[str, tuple[str, Any, str]] = {
    "tornado": (
        f"design: {{kind: saltelli, points: 16}}\n{OVER}",
        lambda one: ds.sensitivity(one, outcome="total", above=2.0),
        "What drives total > 2",
    ),
    "tipping": (
        "design: {kind: bisect, points: 6}\nscenario: known.yaml\n"
        "vary: {people.attributes.x: null}\noutcome: {name: passes}",
        ds.tipping,
        "Where passes occurs",
    ),
    "regret": (
        "design: {kind: sobol, points: 32}\nscenarios: [known.yaml, shifted.yaml]\n"
        "over: ranges\nreplicates: 1",
        lambda one: ds.robust(one, "less", outcome="total"),
        "Total: less is better",
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_a_reading_is_shown_as_it_was_asked_for_once_it_is_stored(kind: str, folder: Path) -> None:
    sweep, reading, title = READ[kind]
    found = stored(folder, sweep)
    with pytest.raises(AnalysisError, match=rf"has not been read: defectsim \w+ {found.path} does"):
        found.plot(kind)
    result: ReadingResult = reading(found)
    assert result.figure is not None
    assert found.path is not None
    result.save(found.path)
    figure = found.plot(kind).figure
    assert title in written(figure)
    assert written(figure) == written(result.figure())


def test_a_bank_shows_its_box_posterior_and_check(bank: ds.Study) -> None:
    assert "Where total is above 3" in written(bank.plot("box").figure)
    result = ds.calibrate(bank)
    assert result.figure is not None
    assert written(bank.plot("posterior").figure) == written(result.figure())
    (check,) = result.facts["predictive"]
    assert f"{check['tail']:.2f}" in written(bank.plot("predictive").figure)


@pytest.mark.parametrize("kind", OF_BANK)
def test_nothing_of_a_bank_is_cut(kind: str, bank: ds.Study) -> None:
    assert outside(bank.plot(kind).figure) == []


def test_where_no_box_is_found_that_is_said(folder: Path) -> None:
    found = stored(folder, f"design: {{kind: bank, points: 32}}\n{OVER}")
    assert found.path is not None
    ds.discover(found, outcome="total", above=100.0).save(found.path)
    with pytest.raises(NothingToDrawError, match="there is nothing to draw: "):
        found.plot("box")


@pytest.mark.parametrize("text", ["", "{}", '{"rows": [{"parameter": 1}]}'])
def test_a_reading_that_is_not_as_stored_is_refused(text: str, folder: Path) -> None:
    found = stored(folder, BANK.replace("128", "8"))
    assert found.path is not None
    place = found.path / "readings"
    place.mkdir()
    (place / "calibrate.json").write_text(text)
    for kind in ("posterior", "predictive"):
        with pytest.raises(StudyDamagedError, match="make it again by defectsim calibrate"):
            found.plot(kind)
