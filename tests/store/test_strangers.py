"""Studies with faults that strangers or accidents left: a few of those of ``make strangers``."""

import subprocess
import sys

import pytest


@pytest.mark.long
def test_no_fault_leads_outside_of_a_study_or_is_called_good() -> None:
    planted = [sys.executable, "-W", "ignore", "-m", "tools.strangers", "12", "5"]
    done = subprocess.run(planted, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("12 faults planted")
