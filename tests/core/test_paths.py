from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, ValidationError, ValidationInfo

from defectsim.core.code.loading import located_file, scenario_folder


def located(name: str, info: ValidationInfo) -> str:
    return str(located_file(name, scenario_folder(info)))


class Named(BaseModel):
    file: Annotated[str, AfterValidator(located)]


def named(file: str, folder: Path | None) -> str:
    context: dict[str, Any] | None = None if folder is None else {"folder": folder}
    return Named.model_validate({"file": file}, context=context).file


def test_a_file_is_found_beside_the_scenario_or_below(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").touch()
    assert named("data/people.csv", tmp_path) == str(tmp_path / "data" / "people.csv")


def test_without_a_folder_it_is_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "people.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert named("people.csv", None) == "people.csv"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/etc/passwd", "relative to the scenario"),
        ("../people.csv", "leads up by '..'"),
        ("../scenarios/people.csv", "leads up by '..'"),
        ("link.csv", "outside the folder"),
        (f"{'p' * 300}.csv", "there is no file ppp"),
        (f"{'p' * 300}/people.csv", "there is no file ppp"),
        (
            "peple.csv",
            "there is no file peple.csv in the folder of the scenario; did you mean 'people.csv'?",
        ),
    ],
)
def test_others_are_refused(name: str, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "people.csv").touch()
    (tmp_path / "people.csv").touch()
    (folder / "link.csv").symlink_to(tmp_path / "people.csv")
    with pytest.raises(ValidationError, match=message.replace("?", r"\?")):
        named(name, folder)
