"""Scenarios whose comparison splits an effect by channel."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from defectsim.analysis.event_history.channels import CHANNELS, shut
from defectsim.core.errors import PlanError
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario


def load_channels(
    paths: Sequence[str | Path],
    overrides: Sequence[str] = (),
    *,
    channels: Mapping[str, Sequence[str]] = CHANNELS,
    allow_code: bool = False,
) -> dict[str, Scenario]:
    """Load two scenarios, and both with each channel shut, for `compare` and `channel_effects`.

    Parameters
    ----------
    paths
        Files of the scenario without the policy, and of the one with it.
    overrides, allow_code
        As for `defectsim.load`.
    channels
        Overrides that shut each channel; default: those of the default rules.

    Raises
    ------
    PlanError
        When there are not two scenarios.
    ScenarioError
        As for `defectsim.load`.
    """
    if isinstance(paths, str | Path):
        raise PlanError("channels split one effect: give two scenarios, in a list")
    recorded = [*overrides, "record.hazards=true"]
    whole = [load(path, recorded, allow_code=allow_code) for path in paths]
    if len({scenario.name for scenario in whole}) != 2:
        raise PlanError("channels split one effect: give two scenarios of different names")
    loaded = {scenario.name: scenario for scenario in whole}
    for channel, texts in channels.items():
        for path, scenario in zip(paths, whole, strict=True):
            name = shut(scenario.name, channel)
            loaded[name] = load(path, [*recorded, *texts], allow_code=allow_code)
    return loaded
