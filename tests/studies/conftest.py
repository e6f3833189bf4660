from pathlib import Path

import pytest

from defectsim.studies.kinds.sweep.load import load_sweep
from defectsim.studies.plan import Plan
from sweep_scenario import SCENARIO, Load


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load what a sweep says of the small scenario, in a folder beside it."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    Path("sweeps").mkdir()

    def loaded(text: str) -> Plan:
        head = "name: try\nquestion: What then?\nscenario: ../small.yaml\n"
        Path("sweeps/try.yaml").write_text(f"{head}{text}\n")
        return load_sweep("sweeps/try.yaml")

    return loaded
