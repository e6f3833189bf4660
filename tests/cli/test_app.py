"""`defectsim app` where it cannot begin: it says why and what to do, and ends with 2."""

import socket
import sys
from pathlib import Path

import pytest

from command_line import defectsim


@pytest.mark.parametrize("library", ["starlette", "uvicorn", "websockets"])
def test_without_the_extra_it_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    for name in [*sys.modules]:
        if name.split(".")[0] == library or name.startswith("defectsim.app"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    done = defectsim(tmp_path, "app", "--no-browser")
    assert done.returncode == 2
    assert "pip install 'defectsim[app]'" in done.stderr
    assert library in done.stderr


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = defectsim(tmp_path, "app", "--no-browser", "--port", port)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "--port 0" in done.stderr


def test_a_scenario_that_cannot_be_used_is_told_as_by_other_commands(tmp_path: Path) -> None:
    done = defectsim(tmp_path, "app", "no-such.yaml")
    assert done.returncode == 2
    assert "no-such.yaml" in done.stderr
