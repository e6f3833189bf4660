"""Data files beside code are found, taken along and hashed; other reads at import are told."""

import importlib
import sys
import warnings
from pathlib import Path

import pytest

from defectsim import RuleError, UnkeptFileWarning, data_file
from defectsim.core.code.loading import Code, find_code
from defectsim.rules.fingerprint import fingerprint

OWN_NAMES = (
    "plan.json",
    "scenario.yaml",
    "manifest.json",
    "runs.parquet",
    "log.jsonl",
    "journal.db",
)
READS = """\
import defectsim as ds
import numpy as np

VALUES = np.loadtxt({what})


def observe(view):
    return {{"x": float(VALUES[1]), "again": len(ds.data_file("data.csv").read_text())}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    for place in (tmp_path, inner):
        (place / "seen.py").write_text(READS.format(what='ds.data_file("data.csv")'))
        (place / "data.csv").write_text("1\n2\n")
    return tmp_path


def found(folder: Path, name: str = "seen.py:observe") -> Code:
    return find_code(name, folder)


def test_a_data_file_is_found_beside_the_code_taken_along_and_hashed(folder: Path) -> None:
    code = found(folder)
    assert code.thing(None) == {"x": 2.0, "again": 4}
    assert code.helpers.beside == {"data.csv": "1\n2\n"}
    (folder / "data.csv").write_text("1\n30\n")
    changed = found(folder)
    assert changed.thing(None) == {"x": 30.0, "again": 5}
    assert fingerprint(changed) != fingerprint(code)


def test_it_is_the_file_beside_the_code_wherever_that_is(folder: Path) -> None:
    (folder / "inner/data.csv").write_text("1\n7\n")
    code = found(folder, "inner/seen.py:observe")
    assert code.thing(None)["x"] == 7.0
    assert {*code.helpers.beside} == {"inner/data.csv"}


def test_a_module_elsewhere_has_its_data_in_its_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far_data.py").write_text(READS.format(what='ds.data_file("data.csv")'))
    (tmp_path / "data.csv").write_text("1\n2\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    code = find_code("far_data:observe")
    assert code.thing(None)["x"] == 2.0
    assert code.helpers.elsewhere == {"far_data/data.csv": "1\n2\n"}
    (tmp_path / "data.csv").write_text("1\n3\n")
    assert fingerprint(find_code("far_data:observe")) != fingerprint(code)
    del sys.modules["far_data"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            'ds.data_file("dat.csv")',
            "seen.py:4: cannot be imported: RuleError: there is no file dat.csv beside the code; "
            "did you mean 'data.csv'?",
        ),
        (
            'ds.data_file("".join(["more", ".csv"]))',
            "seen.py:4: cannot be imported: RuleError: studies could not take more.csv along: write "
            "its name out in the call, as in data_file('more.csv'), keep it in the folder of the "
            "scenario, and save it as UTF-8 text",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_along_is_refused(folder: Path, what: str, said: str) -> None:
    (folder / "more.csv").write_text("1\n2\n")
    (folder / "seen.py").write_text(READS.format(what=what))
    with pytest.raises(RuleError) as error:
        found(folder)
    assert str(error.value).endswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "'/etc/rates.csv'",
            "name the file /etc/rates.csv relative to the code, not from the root",
        ),
        ("'~/rates.csv'", "name the file ~/rates.csv relative to the code, not from the root or a"),
        ("'../rates.csv'", "../rates.csv leads up by '..': move the file into the folder"),
        ("''", "'' is no name of a file: write one, as in data_file('rates.csv')"),
        (r"'data\\rates.csv'", "has a backslash: write folders with /, as in data/rates.csv"),
        (r"'rates\n.csv'", "is no name of a file"),
        ("3", "give data_file the name of a file as text, as in data_file('rates.csv'), not 3"),
    ],
)
def test_a_wrong_name_is_refused_when_the_code_is_read_and_when_it_asks(
    folder: Path, name: str, said: str
) -> None:
    (folder / "seen.py").write_text(
        f"import defectsim as ds\n\n\ndef observe(view):\n    ds.data_file({name})\n"
    )
    with pytest.raises(RuleError) as error:
        found(folder)
    assert str(error.value).startswith("seen.py:observe: seen.py:5:18: ")
    assert said in str(error.value)
    with pytest.raises(RuleError) as asked:
        data_file(eval(name))
    assert said in str(asked.value)


def test_all_wrong_names_are_told_those_in_helpers_too(folder: Path) -> None:
    (folder / "near.py").write_text("from defectsim import data_file\nX = data_file('/x')\n")
    (folder / "seen.py").write_text(
        "import near\n\n\ndef observe(view):\n    near.data_file('../y')\n    near.data_file('')\n"
    )
    with pytest.raises(RuleError, match=r"seen\.py:5:.* seen\.py:6:.* near\.py:2:"):
        found(folder)


def test_a_file_from_the_root_is_not_taken_along_even_if_it_is_in_the_folder(folder: Path) -> None:
    data = str(folder / "data.csv")
    (folder / "seen.py").write_text(f"def observe(view):\n    return open({data!r})\n")
    assert not found(folder).helpers.beside


@pytest.mark.parametrize("name", [*OWN_NAMES, "events/one.csv", "rates.new", "./plan.json"])
def test_a_file_with_a_name_of_a_studys_own_is_refused_whatever_reads_it(
    folder: Path, name: str
) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("1\n")
    for reads in (f"ds.data_file({name!r})", f"open({name!r})"):
        (folder / "seen.py").write_text(
            f"import defectsim as ds\n\n\ndef observe(view):\n    return {reads}\n"
        )
        with pytest.raises(RuleError, match=r"of its own, so it cannot take|end in \.new: rename"):
            found(folder)


def test_code_and_its_helpers_cannot_be_in_folders_of_a_studys_own(folder: Path) -> None:
    (folder / "series").mkdir()
    for name in ("seen.py", "near.py"):
        (folder / "series" / name).write_text("def observe(view):\n    import near\n")
    with pytest.raises(RuleError, match=r"take series/seen\.py along.* take series/near\.py along"):
        found(folder, "series/seen.py:observe")


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "data.csv").write_bytes(b"\xff\xfe1")
    with pytest.raises(RuleError, match="save it as UTF-8 text"):
        found(folder)


def test_other_reads_at_import_are_told_with_their_line(folder: Path) -> None:
    other = folder / "other.csv"
    other.write_text("1\n9\n")
    (folder / "seen.py").write_text(READS.format(what=f"'/'.join([{str(folder)!r}, 'other.csv'])"))
    with pytest.warns(UnkeptFileWarning) as told:
        assert found(folder).thing(None)["x"] == 9.0
    assert [str(one.message) for one in told] == [
        f"{folder / 'seen.py'}:4: {other} is read here, and studies do not take it along: put it "
        "beside the code, and open it by defectsim.data_file"
    ]


def test_what_is_written_imported_or_read_later_is_not_told(folder: Path) -> None:
    (folder / "near.py").write_text("TWO = 2.0\n")
    (folder / "seen.py").write_text(
        "import near, colorsys\nfrom pathlib import Path\n\nMADE = Path(__file__ + '.txt')\n"
        "MADE.write_text('2')\n\n\n"
        "def observe(view):\n    return {'x': float(MADE.read_text()) * near.TWO / 2.0}\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found(folder).thing(None) == {"x": 2.0}


def test_code_of_no_scenario_finds_its_data_too() -> None:
    assert data_file("test_data.py") == Path(__file__)
    with pytest.raises(RuleError, match=r"there is no file test_dat\.py beside the code"):
        data_file("test_dat.py")
