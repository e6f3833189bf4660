"""What code depends on is found in its text, beside it and elsewhere, and so on."""

import importlib
import sys
from pathlib import Path

import pytest

from defectsim.core.code.loading import Code, find_code
from defectsim.rules.fingerprint import fingerprint

OBSERVER = "import near\n\n\ndef observe(view):\n    return {'x': near.value()}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seen.py").write_text(OBSERVER)
    (tmp_path / "near.py").write_text("from nearer import ONE\n\n\ndef value():\n    return ONE\n")
    (tmp_path / "nearer.py").write_text("ONE = 1.0\n")
    return tmp_path


def observed(folder: Path) -> tuple[Code, float]:
    code = find_code("seen.py:observe", folder)
    return code, code.thing(None)["x"]


def test_a_neighbour_is_imported_wherever_one_works_and_hides_nothing(folder: Path) -> None:
    code, value = observed(folder)
    assert value == 1.0
    assert {*code.helpers.beside} == {"near.py", "nearer.py"}
    assert not {"near", "nearer"} & {*sys.modules}


@pytest.mark.parametrize("name", ["seen.py", "near.py", "nearer.py"])
def test_any_change_changes_the_fingerprint_and_what_runs(folder: Path, name: str) -> None:
    before, _ = observed(folder)
    path = folder / name
    path.write_text(f"{path.read_text()}\nONE = 2.0\n")
    after, value = observed(folder)
    assert fingerprint(after) != fingerprint(before)
    assert value == (2.0 if name != "seen.py" else 1.0)
    assert observed(folder)[0] == after


def test_what_a_function_imports_when_it_is_called_is_found_too(folder: Path) -> None:
    (folder / "seen.py").write_text(
        "def observe(view):\n    import near\n    return {'x': near.value()}\n"
    )
    code, value = observed(folder)
    assert (value, {*code.helpers.beside}) == (1.0, {"near.py", "nearer.py"})
    (folder / "nearer.py").write_text("ONE = 3.0\n")
    assert code.thing(None)["x"] == 1.0  # as it was when the scenario was read
    assert observed(folder)[1] == 3.0


def test_neighbours_may_import_each_other(folder: Path) -> None:
    (folder / "nearer.py").write_text("import near\nONE = 1.0 if near else 0.0\n")
    assert observed(folder)[1] == 1.0


def test_files_that_code_reads_by_a_name_in_its_text_are_among_its_helpers(folder: Path) -> None:
    (folder / "seen.py").write_text(
        "from pathlib import Path\n\n\ndef observe(view):\n"
        "    Path('made.txt').write_text('x')\n"
        "    with open('made.txt', 'w') as made, open('none.csv') as none:\n        pass\n"
        "    return {'x': float(Path(__file__).with_name('data.csv').read_text())}\n"
    )
    (folder / "data.csv").write_text("4.0")
    (folder / "made.txt").write_text("x")
    code = find_code("seen.py:observe", folder)
    assert code.helpers.beside == {"data.csv": "4.0"}
    for reads in ("Path('data.csv').read_text()", "open('data.csv').read()", "loadtxt('data.csv')"):
        (folder / "seen.py").write_text(f"def observe(view):\n    return {reads}\n")
        found = find_code("seen.py:observe", folder)
        assert found.helpers.beside == {"data.csv": "4.0"}
    (folder / "data.csv").write_text("5.0")
    assert fingerprint(find_code("seen.py:observe", folder)) != fingerprint(found)


def test_files_outside_the_folder_are_no_neighbours(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "seen.py").write_text("def observe(view):\n    return open('../near.py').read()\n")
    (inner / "link.py").symlink_to(folder / "near.py")
    assert not find_code("seen.py:observe", inner).helpers.beside


def test_local_modules_elsewhere_are_followed_and_installed_ones_are_not(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    package = elsewhere / "far_away"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("from .two import TWO\n")
    (package / "two.py").write_text("TWO = 2.0\n")
    monkeypatch.syspath_prepend(elsewhere)
    (folder / "seen.py").write_text(
        "import json, numpy, defectsim\nfrom far_away import one\n\n\n"
        "def observe(view):\n    return {'x': one.TWO}\n"
    )
    code, value = observed(folder)
    assert value == 2.0
    assert {*code.helpers.elsewhere} == {"far_away.one", "far_away.two"}
    named = find_code("far_away.one:TWO")
    assert {*named.helpers.elsewhere} == {"far_away.two"}
    (package / "two.py").write_text("TWO = 3.0\n")
    importlib.invalidate_caches()
    for name, before in (("seen.py:observe", code), ("far_away.one:TWO", named)):
        assert fingerprint(find_code(name, folder)) != fingerprint(before)
    for name in [name for name in sys.modules if name.startswith("far_away")]:
        del sys.modules[name]


def test_files_that_code_writes_are_no_helpers(folder: Path) -> None:
    for writes in (
        "open('made.txt', 'w')",
        "Path('made.txt').open('a')",
        "open('made.txt', mode='r+')",
    ):
        (folder / "made.txt").write_text("x")
        (folder / "seen.py").write_text(f"def observe(view):\n    {writes}\n")
        assert not find_code("seen.py:observe", folder).helpers.beside
