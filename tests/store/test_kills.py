"""Writers that are killed at random moments lose nothing: a few kills of those of ``make torture``."""

import subprocess
import sys

import pytest


@pytest.mark.long
def test_sweeps_whose_writers_are_killed_become_what_they_would_have_been() -> None:
    tortured = [sys.executable, "-W", "ignore", "-m", "tools.torture", "3", "2"]
    done = subprocess.run(tortured, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("3 kills")
    assert last.endswith("no file differs")
