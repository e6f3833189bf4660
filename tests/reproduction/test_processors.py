"""The same events on processors that can do less."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import hashlib
from builders import small_scenario
from eventful_scenarios import EAGER
from defectsim.engine.begin import simulate
from defectsim.engine.setup import StudySetup

events = simulate(StudySetup(small_scenario(behaviour=EAGER), 1), 0).events
print(len(events.row), hashlib.sha256(b"".join(part.tobytes() for part in events)).hexdigest())
"""
_LEAST = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
}


@pytest.mark.long
def test_events_do_not_depend_on_what_the_processor_can_do(tmp_path: Path) -> None:
    def events(**settings: str) -> str:
        where = {"PYTHONPATH": os.pathsep.join(sys.path), "DEFECTSIM_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _PROGRAM],
            env=os.environ | where | settings,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    usual = events()
    assert int(usual.split()[0]) > 10
    assert events(**_LEAST) == usual
