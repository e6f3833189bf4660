from pathlib import Path

from builders import small_scenario
from defectsim.scenario.load import load
from defectsim.scenario.overrides import as_yaml


def test_a_scenario_loads_again_with_the_same_hash_minus_zero_and_all(tmp_path: Path) -> None:
    """Programs that round write -0.0."""
    said = {
        "grievance": -0.0,
        "attachment": 0.0,
        "pay": {"general": {"values": [-0.0, 1e300, 0.1, 3.0, 4.0]}},
    }
    scenario = small_scenario(people=said, forces={"branches": {"guard": None}})
    (tmp_path / "again.yaml").write_text(as_yaml(scenario))
    assert load(tmp_path / "again.yaml").hash == scenario.hash
