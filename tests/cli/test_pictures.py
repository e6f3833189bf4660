"""Pictures from the command line: drawn, listed, refused."""

from pathlib import Path

import pytest

from command_line import defectsim
from eager_study import eager_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    eager_study(folder, causes=False)
    return folder


def test_without_a_kind_the_figure_of_the_study_is_drawn_into_its_folder(folder: Path) -> None:
    done = defectsim(folder, "plot", "small")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "small/figures/cascade.png and .svg\n"
    assert done.stderr.startswith("9.5 × ")
    assert (folder / "small/figures/cascade.svg").is_file()


def test_a_kind_is_drawn_by_groups(folder: Path) -> None:
    done = defectsim(folder, "plot", "small", "incidence", "--by", "branch")
    assert done.returncode == 0, done.stderr
    svg = (folder / "small/figures/incidence.svg").read_text()
    assert svg.startswith("<?xml")
    assert (folder / "small/figures/incidence.png").is_file()


def test_form_and_folder_can_be_chosen(folder: Path) -> None:
    done = defectsim(folder, "plot", "small", "status", "--as", "pdf", "--to", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "elsewhere/status.pdf\n"
    assert [path.name for path in (folder / "elsewhere").iterdir()] == ["status.pdf"]


def test_the_list_has_each_question_and_what_the_study_lacks(folder: Path) -> None:
    done = defectsim(folder, "plot", "small", "--list")
    assert done.returncode == 0, done.stderr
    lines = " ".join(done.stdout.split())
    assert "Does the regime fall, and by when?" in lines
    assert "not of this study: no causes are stored" in lines
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stauts"], "did you mean 'status'?"),
        (["status", "--by", "bransh"], "did you mean 'branch'?"),
        (["status", "--replicate", "1"], "has no option 'replicate'"),
        (["cascades"], "record.causes: true"),
        (["status", "--as", "jpg"], "there is no format 'jpg'"),
        (["--by", "rank"], "name a picture"),
    ],
)
def test_what_cannot_be_drawn_is_explained(
    arguments: list[str], message: str, folder: Path
) -> None:
    done = defectsim(folder, "plot", "small", *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
