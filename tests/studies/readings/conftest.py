from pathlib import Path

import pytest

from known_outcomes import write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with the known scenario, and return it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path
