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


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["empty"], "empty is no study, and holds none"),
        (["damaged"], "manifest.json is not the manifest of a study"),
        (["--out", "file/x/y"], "stored in file/x/y (Not a directory): choose another --out"),
        (["--out", "/proc/nope"], "no study could be stored in /proc/nope ("),
    ],
)
def test_a_folder_that_cannot_serve_is_refused_at_the_start(
    tmp_path: Path, arguments: list[str], wrong: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "manifest.json").write_text("{}")
    (tmp_path / "file").write_text("")
    done = defectsim(tmp_path, "app", "--no-browser", "--port", "0", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong in " ".join(done.stderr.split())


def test_a_scenario_that_cannot_be_used_is_told_as_by_other_commands(tmp_path: Path) -> None:
    done = defectsim(tmp_path, "app", "no-such.yaml")
    assert done.returncode == 2
    assert "no-such.yaml" in done.stderr
