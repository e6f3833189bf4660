import numpy as np
import polars as pl
import pytest

from defectsim.analysis.event_history.channels import channel_effects, shut
from defectsim.core.errors import AnalysisError

EFFECTS = {"base": 0.0, "other": 3.0, "base-without-belief": 1.0, "other-without-belief": 2.0}
NOISE = np.array([0.1, 0.2, 0.4, 0.3])


def tables(*names: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return hazards and runs of scenarios on four replicates; the one with the policy is noisier."""
    keys = [(point, replicate) for point in range(len(names)) for replicate in range(4)]
    runs = pl.DataFrame(
        [
            {"point": point, "replicate": one, "status": "done", "scenario": names[point]}
            for point, one in keys
        ]
    )
    hazards = pl.DataFrame(
        [
            {
                "point": point,
                "replicate": one,
                "branch": "army",
                "rank": "general",
                "transition": "defect",
                "transitions": 0,
                "hazard": EFFECTS.get(names[point], 1.0)
                + float(NOISE[one]) * (1 + (names[point] == "other")),
                "person_years": 10.0,
            }
            for point, one in keys
        ]
    )
    return hazards, runs


def test_a_channel_makes_the_difference_between_the_whole_effect_and_what_is_left() -> None:
    found = channel_effects(*tables(*EFFECTS)).row(0, named=True)
    assert (found["channel"], found["pairs"]) == ("belief", 4)
    assert found["whole"] == pytest.approx(3 + NOISE.mean())
    assert found["left"] == pytest.approx(1)
    assert found["difference"] == pytest.approx(2 + NOISE.mean())
    assert found["low"] < found["difference"] < found["high"]


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (("base", "other"), "channels split one effect"),
        (("base", "base-without-belief"), "channels split one effect"),
    ],
)
def test_what_is_no_pair_with_channels_shut_is_refused(names: tuple[str, ...], fault: str) -> None:
    with pytest.raises(AnalysisError, match=fault):
        channel_effects(*tables(*names))


def test_a_way_out_that_nobody_has_is_refused() -> None:
    with pytest.raises(AnalysisError, match="no hazard of 'flee'"):
        channel_effects(*tables(*EFFECTS), transition="flee")


def test_names_tell_the_channel() -> None:
    assert shut("base", "belief") == "base-without-belief"


def test_names_of_scenarios_may_hold_the_words_that_name_channels() -> None:
    names = ("a-without-pay", "b", "a-without-pay-without-belief", "b-without-belief")
    assert channel_effects(*tables(*names))["channel"].to_list() == ["belief"]
