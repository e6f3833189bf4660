"""`defectsim new scenario`, as typed in an empty folder: what it writes is right as it stands."""

import re
from pathlib import Path
from typing import get_args

import pytest

import defectsim as ds
from command_line import defectsim
from defectsim.core.choices import ShippedCountry
from defectsim.core.code.shipped import shipped_scenarios
from defectsim.scenario.calibration import uncalibrated
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.new import country_file
from defectsim.scenario.numbers import Grade, numbers

COUNTRIES = get_args(ShippedCountry)
LONG = "a" * 300


def test_the_countries_are_those_that_ship() -> None:
    shipped = {name for name in shipped_scenarios() if re.fullmatch(r"[a-z]+-\d{4}", name)}
    assert {country_file(country).stem for country in COUNTRIES} == shipped


def test_a_written_scenario_passes_check_as_typed(tmp_path: Path) -> None:
    done = defectsim(tmp_path, "new", "scenario", "ruritania")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["ruritania.yaml"]
    (check, run) = (line.split() for line in done.stdout.splitlines() if line.startswith("  "))
    assert check == ["defectsim", "check", "ruritania.yaml"]
    assert run == ["defectsim", "run", "ruritania.yaml"]
    checked = defectsim(tmp_path, *check[1:])
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("ruritania: nothing wrong found\n")
    assert "alibrated" not in checked.stdout


@pytest.mark.parametrize("country", [None, *COUNTRIES])
def test_it_is_sourced_commented_and_calibrated(tmp_path: Path, country: str | None) -> None:
    like = () if country is None else ("--country-like", country)
    done = defectsim(tmp_path, "new", "scenario", "mine.yaml", *like)
    assert done.returncode == 0, done.stderr
    document = ScenarioDocument.read(tmp_path / "mine.yaml")
    assert document.scenario.name == "mine"
    assert uncalibrated(document.scenario) == []
    assert all(number.grade != Grade.UNSOURCED for number in numbers(document.tree))
    text = (tmp_path / "mine.yaml").read_text()
    sections = re.findall(r"^(# .*)?\n(\w+):", text, re.M)
    bare = [section for comment, section in sections if not comment]
    assert {*bare} <= {"name", "question", "record"}
    assert max(map(len, text.splitlines())) <= 300


def test_a_copy_differs_from_its_country_in_name_and_question_alone(tmp_path: Path) -> None:
    for country in COUNTRIES:
        defectsim(tmp_path, "new", "scenario", country, "--country-like", country)
        ours, theirs = ds.load(tmp_path / f"{country}.yaml"), ds.load(country_file(country))
        changed = {"name": "x", "question": "x"}
        assert ours.model_copy(update=changed).hash == theirs.model_copy(update=changed).hash


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("My country",),
            "My country: name the scenario like my-country, in small letters, digits, -, _ and "
            "dots, the first a letter or digit\n",
        ),
        (
            ("a/b",),
            "a/b.yaml cannot be written: there is no folder a; make it first, or choose another\n",
        ),
        (
            (LONG,),
            f"{LONG}.yaml cannot be written: its name is too long; choose a shorter one\n",
        ),
        (("there",), "there.yaml: already there, and not overwritten; choose another name\n"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "there.yaml").write_text("mine")
    done = defectsim(tmp_path, "new", "scenario", *arguments)
    assert (done.returncode, done.stderr) == (2, said)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    "name", ["1", "1986", "null", "true", "2019-01-01", "1e3", "0x1f", "1_000", "1.5", "yes"]
)
@pytest.mark.parametrize("like", [(), ("--country-like", "syria")])
def test_a_name_that_yaml_would_read_as_something_else_is_quoted(
    tmp_path: Path, name: str, like: tuple[str, ...]
) -> None:
    assert defectsim(tmp_path, "new", "scenario", name, *like).returncode == 0
    assert ds.load(tmp_path / f"{name}.yaml").name == name


def test_another_country_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    done = defectsim(tmp_path, "new", "scenario", "mine", "--country-like", "italy")
    assert done.returncode == 2
    assert all(country in done.stderr for country in COUNTRIES)
    assert not list(tmp_path.iterdir())
