import datetime as dt
from pathlib import Path

import pytest

import defectsim as ds
from builders import small_scenario
from defectsim.analysis.event_history.channels import CHANNELS

PAIR = ("scenarios/venezuela-2019-no-off-ramp.yaml", "scenarios/venezuela-2019.yaml")


def test_every_channel_of_the_default_rules_can_be_shut() -> None:
    loaded = ds.load_channels(PAIR)
    names = [Path(file).stem for file in PAIR]
    assert [*loaded] == [*names, *(f"{one}-without-{it}" for it in CHANNELS for one in names)]
    assert len({scenario.hash for scenario in loaded.values()}) == len(loaded)
    assert all(scenario.record.hazards for scenario in loaded.values())


def test_channels_of_ones_own_are_overrides() -> None:
    loaded = ds.load_channels(PAIR, channels={"talk": ["conditions.broadcast=0"]})
    assert len(loaded) == 4


def test_one_scenario_is_no_pair() -> None:
    with pytest.raises(ds.PlanError, match="two scenarios of different names"):
        ds.load_channels(PAIR[:1])


def test_a_comparison_of_many_scenarios_has_a_name_that_a_folder_can_have(
    tmp_path: Path,
) -> None:
    scenario = small_scenario(clock={"end": dt.date(2018, 1, 15)})
    many = {f"{'long' * 20}{it}": scenario for it in range(12)}
    ds.compare(many, replicates=1, seed=1, out=tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [f"{'long' * 20}0-vs-11-others"]
