"""All that is wrong with a scenario is told at once, each thing once, at its place."""

from pathlib import Path

import pytest

import defectsim as ds

SMALL = {
    "name": "small",
    "question": "q",
    "clock": "{start: 2019-01-07, end: 2019-02-04}",
    "forces": "{branches: {army: {strength: 240, generals: 3}}}",
    "people": "{pay: 20, outside: 200}",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faults(**sections: str) -> list[str]:
    """Return what is wrong with a small scenario in which some sections are others."""
    text = "".join(f"{key}: {value}\n" for key, value in {**SMALL, **sections}.items())
    Path("x.yaml").write_text(text)
    with pytest.raises(ds.ScenarioError) as caught:
        ds.load("x.yaml")
    return [str(fault).removeprefix("x.yaml:") for fault in caught.value.faults]


NAMES = "names are small letters, digits and _, the first a letter"
KEYS = "must be a mapping of keys; known here:"


def test_a_name_is_told_at_the_key(folder: Path) -> None:
    assert faults(
        forces="{branches: {Army: {strength: 240, generals: 3}}}",
        people="{pay: 1, outside: 1, state: {My-State: {initial: 3, unit: x}}, attributes: {A: 1}}",
        policies="{My policy: {lever: pay, effective: 2019-01-08, value: 2}}",
        observers="{A-b: x.py:f}",
        outcomes="{W: {when: deserted > 2}}",
    ) == [
        f"4:21: forces.branches.Army: {NAMES}",
        f"5:38: people.state.My-State: {NAMES}",
        f"5:85: people.attributes.A: {NAMES}",
        f"6:12: policies.My policy: {NAMES}",
        f"7:13: observers.A-b: {NAMES}",
        "7:18: observers.A-b: x.py:f: there is no file x.py in the folder of the scenario",
        f"8:12: outcomes.W: {NAMES}",
    ]


@pytest.mark.parametrize(
    ("section", "value", "said"),
    [
        (
            "name",
            "My name",
            "names are small letters, digits, -, _ and dots, the first a letter or",
        ),
        ("question", "3", 'must be text: put it in quotes, as in "3"'),
        (
            "clock",
            '{start: "2019-01-07", end: 2019-02-04}',
            "clock.start: must be a date: write it without quotes, as in 2019-01-07",
        ),
        ("clock", "{start: soon, end: 2019-02-04}", "must be a date, as in 2019-01-31"),
        ("forces", "{branches: {army: 3}}", f"{KEYS} strength, generals"),
        (
            "forces",
            f"{SMALL['forces'][:-1]}, ties: 3}}",
            "must be a mapping with a kind, one of acad",
        ),
        (
            "people",
            "{pay: 1, outside: 1, status: 3}",
            "must be a status, shares of statuses (shirk",
        ),
        ("people", "{pay: 1, outside: 1, state: {x: 3}}", f"{KEYS} initial, unit"),
        (
            "behaviour",
            "{general: 3}",
            "must be the name of code, or a mapping of keys; known here: ",
        ),
        ("outcomes", "{x: 3}", "must be a condition, as in {when: "),
        ("outcomes", "{x: {when: 3}}", "'3' is a number: compare it, as in share_defected >= 0.3"),
        (
            "acts",
            "{x: {act: defectsim.policies.government:rise, every: 7, from: 2019-01-08}}",
            "acts.x.every: '7' is no distance in time: write it as in 7 days, or 1 month",
        ),
        (
            "policies",
            "{x: {lever: pay, effective: 2019-01-08, value: 2, when: 3}}",
            "'3' is no condition: write a name, a sign and a number",
        ),
    ],
)
def test_a_value_of_another_kind_is_told_with_what_to_write(
    folder: Path, section: str, value: str, said: str
) -> None:
    (fault,) = faults(**{section: value})
    assert said in fault


def test_a_misspelt_key_is_not_missing_too(folder: Path) -> None:
    assert faults(outcomes='{w: {wen: "deserted > 1"}}') == [
        "6:16: outcomes.w.wen: unknown key; did you mean 'when'?"
    ]
