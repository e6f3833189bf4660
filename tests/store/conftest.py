from typing import Any

import pytest

from defectsim.store import manifest


@pytest.fixture
def facts() -> dict[str, Any]:
    return manifest(
        scenario="test",
        scenario_hash="abc",
        seed=7,
        replicates=4,
        engine="compiled",
        workers=2,
        command="defectsim",
    )
