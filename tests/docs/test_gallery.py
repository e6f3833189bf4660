"""The gallery shows every kind of picture, with its question and the command that makes it."""

import re
from pathlib import Path

import pytest
from tools import figures

from defectsim.studies.pictures.registry import PICTURES

PAGE = Path("docs/gallery.md").read_text(encoding="utf-8")
MOST_BYTES = 150_000


@pytest.mark.parametrize("kind", PICTURES)
def test_a_kind_stands_in_the_gallery_with_its_question_and_command(kind: str) -> None:
    section = PAGE.partition(f"### `{kind}`: {PICTURES[kind].question}\n")[2].partition("### ")[0]
    drawn = figures.PICTURES[kind]
    options = " ".join(f"--{name} {value}" for name, value in drawn.options.items())
    command = f"$ defectsim plot results/{drawn.study} {kind} {options}".rstrip()
    assert f"{command}\n" in section
    assert f"(images/{kind}.png)" in section


def test_studies_of_the_gallery_are_those_of_its_first_block() -> None:
    (first,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)[:1]
    assert first.splitlines() == [f"$ defectsim {command}" for command in figures.COMMANDS]


def test_pictures_are_committed_small_and_all_are_used() -> None:
    pages = [Path("README.md"), *Path("docs").rglob("*.md")]
    shown = {
        name
        for page in pages
        for name in re.findall(r"images/(\w+\.png)\)", page.read_text(encoding="utf-8"))
    }
    files = {path.name: path.stat().st_size for path in figures.FOLDER.iterdir()}
    assert set(files) == shown == {f"{name}.png" for name in figures.PICTURES}
    assert max(files.values()) <= MOST_BYTES
