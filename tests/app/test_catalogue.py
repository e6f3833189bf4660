"""Scenarios of a page: those that ship, and what is downloaded of them."""

from pathlib import Path

import pytest

import defectsim as ds
from app.conftest import answers
from defectsim.app.catalogue import Catalogue
from defectsim.app.visitor import Shared, Visitor
from defectsim.core.code.shipped import shipped_scenarios
from defectsim.core.errors import AppError
from tiny_army import write_tiny


def test_every_scenario_that_ships_whole_can_be_chosen(catalogue: Catalogue) -> None:
    groups = catalogue.groups
    assert [*groups] == ["given", "shipped", "calibration", "classics"]
    names = {name for group, of in groups.items() if group != "given" for name in of}
    assert names == shipped_scenarios().keys() - {"default"}


@pytest.mark.parametrize("name", ["yemen-2011", "kuran-a"])
def test_a_shipped_scenario_is_downloaded_whole(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    visitor = Visitor(Shared(catalogue, tmp_path), lambda _: None)
    answers(visitor, "open", scenario=name)
    (file,) = answers(visitor, "download")
    written = tmp_path / file["name"]
    written.write_text(file["text"], encoding="utf-8")
    assert written.stem == name
    assert ds.load(written).hash == ds.load(f"defectsim:{name}").hash


def test_a_scenario_that_there_is_not_is_told_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(AppError, match="did you mean 'yemen-2011'"):
        catalogue.document("yemen-2012")


@pytest.mark.parametrize("now", [None, b"\xff"])
def test_a_file_that_is_gone_or_spoilt_meanwhile_is_told(tmp_path: Path, now: bytes | None) -> None:
    file = write_tiny(tmp_path)
    catalogue = Catalogue.of(str(file), allow_code=True)
    if now is None:
        file.unlink()
    else:
        file.write_bytes(now)
    with pytest.raises(AppError, match=r"tiny.yaml cannot be read any more \("):
        catalogue.text(catalogue.first)


def test_a_file_is_given_by_whatever_path_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny(tmp_path)
    monkeypatch.chdir(tmp_path)
    catalogue = Catalogue.of("./tiny.yaml")
    assert catalogue.groups["given"] == [catalogue.first]
    assert catalogue.document(catalogue.first).scenario.name == "tiny"


def test_a_shipped_scenario_can_be_given_by_name() -> None:
    catalogue = Catalogue.of("defectsim:yemen-2011")
    assert (catalogue.first, catalogue.given) == ("yemen-2011", None)
