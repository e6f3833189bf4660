"""Tipping finds known thresholds."""

from pathlib import Path

import pytest

import defectsim as ds
from known_outcomes import study
from screens import drawn_and_stored


def test_a_threshold_is_found_seed_by_seed(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 12}\nscenario: known.yaml\n"
            "vary: {people.attributes.x: null}\noutcome: {name: passes}",
        )
    )
    low, high = found.facts["interval"]
    assert low < 0.3 < high
    assert (found.table["above"] >= 0.2).all()
    assert (found.table["below"] <= 0.4).all()
    assert found.facts["runs"] < 12 * 12
    assert "passes occurs" in found.found
    drawn_and_stored(found, folder)


def test_a_flat_lever_has_no_tipping_point(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 6}\nscenario: known.yaml\n"
            "vary: {people.attributes.y: null}\noutcome: {name: passes}",
        )
    )
    assert found.facts["value"] is None
    assert "no tipping point" in found.found
    drawn_and_stored(found, folder)


def test_two_levers_give_a_boundary(folder: Path) -> None:
    found = ds.tipping(
        study(
            folder,
            "design: {kind: bisect, points: 6}\nscenario: known.yaml\n"
            "vary: {people.attributes.x: null, people.attributes.y: [0, 1]}\n"
            "outcome: {name: total, above: 2.5}",
        )
    )
    assert found.table["value"].to_list() == pytest.approx([2.5 / 3, 0.5], abs=0.004)
    drawn_and_stored(found, folder)
