"""Scenarios of a page: those that ship, and what is downloaded of them."""

from pathlib import Path

import pytest

import defectsim as ds
from app.conftest import answers
from defectsim.app.library import Library
from defectsim.app.visitor import Shared, Visitor
from defectsim.core.code.shipped import shipped_scenarios
from defectsim.core.errors import AppError
from tiny_army import write_tiny


def test_every_scenario_that_ships_whole_can_be_chosen(library: Library) -> None:
    groups = library.groups
    assert [*groups] == ["given", "shipped", "calibration", "classics"]
    names = {name for group, of in groups.items() if group != "given" for name in of}
    assert names == shipped_scenarios().keys() - {"default"}


@pytest.mark.parametrize("name", ["yemen-2011", "kuran-a"])
def test_a_shipped_scenario_is_downloaded_whole(
    library: Library, tmp_path: Path, name: str
) -> None:
    visitor = Visitor(Shared(library, tmp_path), lambda _: None)
    answers(visitor, "open", scenario=name)
    (file,) = answers(visitor, "download")
    written = tmp_path / file["name"]
    written.write_text(file["text"], encoding="utf-8")
    assert written.stem == name
    assert ds.load(written).hash == ds.load(f"defectsim:{name}").hash


def test_a_scenario_that_there_is_not_is_told_with_the_nearest(library: Library) -> None:
    with pytest.raises(AppError, match="did you mean 'yemen-2011'"):
        library.document("yemen-2012")


@pytest.mark.parametrize("now", [None, b"\xff"])
def test_a_file_that_is_gone_or_spoilt_meanwhile_is_told(tmp_path: Path, now: bytes | None) -> None:
    file = write_tiny(tmp_path)
    library = Library.of(str(file), allow_code=True)
    if now is None:
        file.unlink()
    else:
        file.write_bytes(now)
    with pytest.raises(AppError, match=r"tiny.yaml cannot be read any more \("):
        library.text(library.first)


def test_a_file_is_given_by_whatever_path_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny(tmp_path)
    monkeypatch.chdir(tmp_path)
    library = Library.of("./tiny.yaml")
    assert library.groups["given"] == [library.first]
    assert library.document(library.first).scenario.name == "tiny"


def test_a_shipped_scenario_can_be_given_by_name() -> None:
    library = Library.of("defectsim:yemen-2011")
    assert (library.first, library.given) == ("yemen-2011", None)
