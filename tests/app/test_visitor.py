"""The scenario of a page: sliders, the text in its editor, and the file that it gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

import defectsim as ds
from app.conftest import answers
from defectsim.app.catalogue import Catalogue
from defectsim.app.visitor import Reply, Shared, Visitor
from defectsim.core.errors import AppError
from tiny_army import RULE, TINY, write_tiny

type Ask = Callable[..., dict[str, Reply]]


@pytest.fixture
def opened(asking: Ask, catalogue: Catalogue) -> dict[str, Reply]:
    return asking("open", scenario=catalogue.first, seed=1)


def test_a_page_gets_sliders_with_ranges_sources_and_meanings(opened: dict[str, Reply]) -> None:
    sliders = {one["path"]: one for one in opened["scenario"]["sliders"]}
    offer = sliders["policies.off_ramp.value"]
    assert (offer["low"], offer["value"], offer["high"]) == (0, 0.3, 1)
    assert (offer["grade"], offer["source"]) == ("assumed", "assumption")
    assert offer["about"].startswith("Credibility of sanctions relief")
    assert "United States, from 2019-02-06." in offer["about"]
    assert sliders["people.perks.general.lognormal.0"]["high"] == 2000
    assert not [path for path in sliders if path.startswith("forces")]


def test_faults_of_a_text_have_their_line_and_column(asking: Ask, opened: object) -> None:
    wrong = TINY.replace("lever: off_ramp", "lever: of_ramp").replace("2019-03-06", "2019-03-66")
    faults = asking("check", text=wrong)["checked"]["faults"]
    lines = wrong.splitlines()
    places = {(lines[one["line"] - 1].strip(), one["column"]) for one in faults}
    assert places == {("lever: of_ramp", 12), ("effective: 2019-03-66", 16)}
    assert all(one["here"] for one in faults)
    assert any("did you mean 'off_ramp'" in one["message"] for one in faults)
    assert asking("check", text=TINY)["checked"]["faults"] == []


def test_a_text_with_faults_leaves_the_worlds_as_they_are(
    asking: Ask, catalogue: Catalogue, opened: object
) -> None:
    replies = asking("open", scenario=catalogue.first, text="name: [")
    assert [*replies] == ["faults"]
    assert asking("step")["frame"]["worlds"][0]["week"] == 1


def test_a_lever_counts_from_the_first_day_and_the_week_stays(asking: Ask, opened: object) -> None:
    before = asking("step", weeks=10)["frame"]["worlds"][0]
    moved = {"behaviour.soldier.parameters.base_desertion": 0.0}
    (after,) = asking("change", moved=moved, week=10)["frame"]["worlds"]
    assert (after["week"], after["from"], len(after["counts"])) == (10, 0, 11)
    assert after["counts"][-1] != before["counts"][-1]


def test_another_army_is_no_world_to_compare_with(asking: Ask, opened: object) -> None:
    with pytest.raises(AppError, match="yemen-2011 has another army, or other dates"):
        asking("change", against="yemen-2011")
    assert len(asking("step")["frame"]["worlds"]) == 1, "what was open stays open"


@pytest.mark.parametrize(
    "moved", [{"policies.off_ramp.value": 7}, {"forces.battalion": 2}, {"clock.end": 3}]
)
def test_nothing_but_sliders_can_be_moved(
    asking: Ask, opened: object, moved: dict[str, float]
) -> None:
    with pytest.raises(AppError):
        asking("change", moved=moved)


def test_what_is_downloaded_loads_and_runs(asking: Ask, opened: object, tmp_path: Path) -> None:
    moved = {"policies.off_ramp.value": 0.8, "people.perks.general.lognormal.0": 700.0}
    asking("change", moved=moved)
    file = asking("download")["file"]
    folder = tmp_path / "scenarios"  # in which every number needs a source
    folder.mkdir()
    written = folder / file["name"]
    written.write_text(file["text"], encoding="utf-8")
    scenario = ds.load(written)
    assert scenario.name == "tiny-changed"
    assert scenario.policies["off_ramp"].value.value == 0.8  # type: ignore[union-attr]
    assert "policies.off_ramp.value=0.8" in file["text"].partition("name:")[0]
    study = ds.run(scenario, replicates=1, seed=1)
    assert study.runs["status"].to_list() == ["done"]


class TestCode:
    """A page runs no Python that somebody types into it."""

    def text(self, name: str) -> str:
        return TINY.replace("  soldier:\n", f"  soldier:\n    rule: {name}\n").replace(
            TINY[TINY.index("    parameters") : TINY.index("policies:")], ""
        )

    def given(self, folder: Path, *, rule: bool) -> Shared:
        (folder / "own.py").write_text(RULE)
        (folder / "other.py").write_text("raise SystemExit('run')\n")
        file = write_tiny(folder)
        if rule:
            file.write_text(self.text("own.py:stay"))
        return Shared(Catalogue.of(str(file), allow_code=True), folder / "results")

    def faults(self, shared: Shared, text: str | None) -> list[Reply]:
        visitor = Visitor(shared, lambda _: None)
        replies = answers(visitor, "open", scenario=shared.catalogue.first, text=text)
        return replies[0].get("faults", [])

    @pytest.mark.parametrize("name", ["other.py:stay", "own.py:stay", "os:system"])
    def test_code_of_an_edited_text_is_refused_at_its_line(self, tmp_path: Path, name: str) -> None:
        text = self.text(name)
        (fault,) = self.faults(self.given(tmp_path, rule=False), text)
        assert fault["message"].startswith(f"{name} is code, and a page runs no code but that of")
        assert name in text.splitlines()[fault["line"] - 1]

    def test_code_of_the_given_file_runs(self, tmp_path: Path) -> None:
        assert self.faults(self.given(tmp_path, rule=True), None) == []

    def test_an_edited_given_file_may_name_no_other_code(self, tmp_path: Path) -> None:
        shared = self.given(tmp_path, rule=True)
        (fault,) = self.faults(shared, self.text("other.py:stay"))
        assert "is code" in fault["message"]

    def test_a_shipped_scenario_may_not_name_the_code_of_the_given_file(
        self, tmp_path: Path
    ) -> None:
        shared = self.given(tmp_path, rule=True)
        visitor = Visitor(shared, lambda _: None)
        text = self.text("own.py:stay")
        (reply,) = answers(visitor, "open", scenario="venezuela-2019", text=text)
        assert "own.py:stay" in reply["faults"][0]["message"]
