"""The shipped scenarios are found by name: in the project's folder, and in a wheel."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from defectsim.core.code.shipped import library, shipped_scenario, shipped_scenarios

FILES = [file for file in Path("scenarios").rglob("*.yaml") if file.parent.name != "sweeps"]


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert library() == Path("scenarios").absolute()
    assert sorted(shipped_scenarios().values()) == sorted(file.absolute() for file in FILES)
    assert shipped_scenario("defectsim:default")[0] == library() / "behaviour/default.yaml"


def test_a_name_that_is_not_there_is_told_with_the_nearest_or_with_all() -> None:
    near = "no scenario that ships is called 'syria'; did you mean 'syria-2011'?"
    assert shipped_scenario("defectsim:syria") == (None, near)
    found, problem = shipped_scenario("defectsim:x")
    assert found is None
    assert problem.startswith("no scenario that ships is called 'x'; there are default, ")
    assert problem.endswith(", yemen-2011")


CALLS = """\
import defectsim as ds
print(ds.__file__)
for name in ("mine.yaml", "defectsim:granovetter"):
    print(ds.load(name).hash)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked; building it takes half a second."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with ZipFile(built) as archive:
        archive.extractall(folder)
    return folder


def test_a_wheel_carries_the_scenarios_as_they_are(wheel: Path) -> None:
    inside = wheel / "defectsim/shipped"
    files = {file.relative_to(inside) for file in inside.rglob("*") if file.is_file()}
    ours = {
        file for file in Path("scenarios").rglob("*.*") if file.suffix in (".csv", ".py", ".yaml")
    }
    assert files == {file.relative_to("scenarios") for file in ours}
    for file in files:
        assert (inside / file).read_bytes() == (Path("scenarios") / file).read_bytes()


def test_a_wheel_finds_them_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    text = "extends: defectsim:venezuela-2019\n"
    (tmp_path / "mine.yaml").write_text(text)
    printed = {}
    for where in (wheel, Path("src").absolute()):
        done = subprocess.run(
            [sys.executable, "-c", CALLS],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(where)},
            capture_output=True,
            text=True,
            check=True,
        )
        file, *printed[where] = done.stdout.splitlines()
        assert Path(file).is_relative_to(where)
    assert printed[wheel] == printed[Path("src").absolute()]
