import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError, ValidationInfo, field_validator

from defectsim.core.code.loading import Code, CodeName, find_code, resolve_code
from defectsim.core.errors import RuleError


class Names(BaseModel):
    code: CodeName

    @field_validator("code")
    @classmethod
    def _found(cls, name: str, info: ValidationInfo) -> str:
        resolve_code(name, info)
        return name


def refused(name: str, **context: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Names.model_validate({"code": name}, context=context)
    return str(caught.value.errors()[0]["msg"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text("def act():\n    return 1\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "other.py").write_text("act = 2\n")
    return tmp_path


def test_code_is_named_by_a_file_a_module_or_an_entry_point(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_code("mine.py:act", folder).thing() == 1
    assert find_code("below/other.py:act", folder) == Code(
        "below/other.py:act", 2, "below/other.py", "act = 2\n"
    )
    assert find_code("json:dumps").file is None
    (folder / "offers-1.dist-info").mkdir()
    (folder / "offers-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: offers\nVersion: 1\n"
    )
    (folder / "offers-1.dist-info" / "entry_points.txt").write_text(
        "[defectsim.rules]\nthreshold = json:loads\n"
    )
    monkeypatch.syspath_prepend(folder)
    assert find_code("threshold").thing is sys.modules["json"].loads
    assert "did you mean 'threshold'" in refused("treshold")


def test_a_file_is_run_once_for_each_text_and_hides_no_module(folder: Path) -> None:
    first = find_code("mine.py:act", folder).thing
    assert find_code("mine.py:act", folder).thing is first
    assert first.__module__ == "mine.py"
    assert "mine" not in sys.modules
    (folder / "mine.py").write_text("def act():\n    return 3\n")
    assert find_code("mine.py:act", folder).thing() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", "mine.py: cannot be imported: SyntaxError"),
        ("x = 1\n\nx / 0\n", r"mine.py:3: cannot be imported: ZeroDivisionError"),
        ("import not_there_at_all\n", "mine.py:1: cannot be imported: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", "mine.py:2: cannot be imported: SystemExit: 3"),
        ("def akt(): ...\n", "act is not in that module; did you mean 'akt'"),
    ],
)
def test_a_fault_of_a_file_has_its_line(folder: Path, text: str, said: str) -> None:
    (folder / "mine.py").write_text(text)
    with pytest.raises(RuleError, match=said):
        find_code("mine.py:act", folder)
    assert said.removesuffix(" SyntaxError") in refused("mine.py:act", folder=folder)


def test_nothing_of_a_scenario_from_elsewhere_is_imported_unless_allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "danger.py").write_text("import sys\nsys.modules['was_run'] = sys\nact = 1\n")
    monkeypatch.syspath_prepend(folder)
    (folder / "defectsim.py").write_text("import danger\nact = 1\n")
    (folder / "defectsim.d").mkdir()
    (folder / "defectsim.d" / "x.py").write_text("import danger\nact = 1\n")
    for name in (
        "danger.py:act",
        "danger:act",
        "danger",
        "defectsim.py:act",
        "defectsim.d/x.py:act",
    ):
        assert "--allow-code" in refused(name, folder=folder, allow_code=False)
    assert "was_run" not in sys.modules
    own = {"code": "defectsim.model.soldiers:decide"}
    assert Names.model_validate(own, context={"allow_code": False}).code == own["code"]
    monkeypatch.setitem(sys.modules, "was_run", ModuleType("was_run"))
    Names.model_validate({"code": "danger.py:act"}, context={"folder": folder, "allow_code": True})


def test_a_file_is_utf_8_text_with_a_mark_or_without(folder: Path) -> None:
    (folder / "mine.py").write_bytes("\ufeffact = 'é'\n".encode())
    assert find_code("mine.py:act", folder).thing == "é"
    (folder / "mine.py").write_bytes("act = 'é'\n".encode("latin-1"))
    with pytest.raises(RuleError, match=r"mine\.py is not UTF-8 text"):
        find_code("mine.py:act", folder)


@pytest.mark.parametrize(
    "name", ["../mine.py:act", "/mine.py:act", "nothing.py:act", "mine.py:", "a b:c", "", ":x"]
)
def test_other_names_are_refused(folder: Path, name: str) -> None:
    assert refused(name, folder=folder / "below")


def test_the_text_of_a_module_is_read_in_its_encoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '# -*- coding: latin-1 -*-\nact = "Rub\u00e9n"\n'
    (folder / "module_in_latin.py").write_bytes(text.encode("latin-1"))
    monkeypatch.syspath_prepend(folder)
    assert find_code("module_in_latin:act").text == text
    assert find_code("defectsim.model.soldiers:decide").text is None
