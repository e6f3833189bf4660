import pytest

from defectsim.analysis.inputs import Described, short_name
from defectsim.plots.labels import label


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("policies.off_ramp.value", "off ramp"),
        ("behaviour.general.parameters.base_flight", "general base flight"),
        ("people.attachment.general", "attachment general"),
        ("conditions.surveillance", "surveillance"),
        ("behaviour", "behaviour"),
        ("own_column", "own_column"),
    ],
)
def test_a_path_has_a_short_name(path: str, name: str) -> None:
    assert short_name(path) == name


def test_a_label_has_meaning_and_unit_in_lines_that_fit() -> None:
    meant = {"policies.ramp.value": Described("Credibility of relief for all.", "0..1")}
    assert label("policies.ramp.value", meant, 30) == "ramp: credibility of relief\nfor all, 0 to 1"
    assert label("policies.other.value", meant, 30) == "other"


def test_an_acronym_keeps_its_letters() -> None:
    assert label("x.y", {"x.y": Described("NATO stays.")}, 60) == "x y: NATO stays"
