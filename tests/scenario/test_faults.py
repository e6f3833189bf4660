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


ARMY = "{branches: {army: {strength: 240, generals: 3}}, ties: {kind: edges, %s}}"
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


SELF, TWICE = "'army-1' is tied to themselves", "'army-3' and 'army-2' are tied already"
NOBODY, BOB = "there is nobody called 'army-999'", "there is nobody called 'bob'"


def heads(found: list[str], *told: str) -> bool:
    """Return whether faults are those that are told, each by its beginning."""
    return len(found) == len(told) and all(map(str.startswith, found, told))


def test_ties_that_cannot_be_hide_no_names_that_nobody_has(folder: Path) -> None:
    edges = "edges: [[army-1, army-1], [army-999, bob], [army-2, army-3], [army-3, army-2]]"
    place = "forces.ties.edges"
    assert heads(
        faults(forces=ARMY % edges),
        f"4:86: {place}.0: {SELF}",
        f"4:105: {place}.1.0: {NOBODY}",
        f"4:115: {place}.1.1: {BOB}",
        f"4:139: {place}.3: {TWICE}",
    )
    Path("e.csv").write_text("from,to\narmy-1,army-1\narmy-999,bob\narmy-2,army-3\narmy-3,army-2\n")
    place = "4:83: forces.ties.csv: e.csv, line"
    assert heads(
        faults(forces=ARMY % "csv: e.csv"),
        f"{place} 2: {SELF}",
        f"{place} 3: {NOBODY}",
        f"{place} 3: {BOB}",
        f"{place} 5: {TWICE}",
    )
    Path("e.csv").write_text("one,other\narmy-1,army-2\n")
    assert heads(
        faults(forces=ARMY % "csv: e.csv"),
        "4:83: forces.ties.csv: e.csv has no column 'from'",
        "4:83: forces.ties.csv: e.csv has no column 'to'",
    )


def test_one_condition_hides_no_fault_of_another(folder: Path) -> None:
    series = "{series: {dates: [2019-01-14], values: [1]}}"
    assert heads(
        faults(conditions=f"{{pay: {{series: 3}}, cold: 3, perks: -1, protest: {series}}}"),
        "6:28: conditions.pay.series: must be a mapping of keys",
        "6:32: conditions.cold: there is no such lever",
        "6:48: conditions.perks: -1 is out of bounds",
        "6:79: conditions.protest.series.dates.0: the first date is 2019-01-14",
    )


RISE = "act: defectsim.policies.government:rise"


def test_one_policy_or_act_hides_no_fault_of_others(folder: Path) -> None:
    """What one that has a fault might put right is left out."""
    assert heads(
        faults(
            acts=f"{{a: {{{RISE}, every: 9999 years, from: 2019-01-08}}, "
            f"b: {{{RISE}, date: 2029-01-01}}, "
            f"c: {{{RISE}, date: 2019-01-09, audience: {{agents: [army-999]}}}}}}"
        ),
        "6:60: acts.a.every: 9999 years is longer than a hundred years",
        "6:142: acts.b.date: no step begins on 2029-01-01",
        f"6:238: acts.c.audience.agents.0: {NOBODY}",
    )
    pay = "lever: pay, effective: 2019-01-08, value:"
    relief = "{lever: off_ramp, effective: 2019-01-08, value: 0.4}"
    assert heads(
        faults(policies=f"{{a: {{{pay} x}}, b: {{{pay} 2}}, c: {{{pay} 3}}, d: {relief}}}"),
        "6:58: policies.a.value: must be a number",
        "6:115: policies.c: moves pay for people for whom b",
    )


def test_a_wrong_value_in_a_file_hides_no_name_that_nobody_has(folder: Path) -> None:
    Path("s.csv").write_text("name,status\narmy-9,loyl\narmy-999,loyal\nbob,loyal\n")
    place = "people.status.officer.column: s.csv, line"
    assert heads(
        faults(people="{pay: 1, outside: 1, status: {officer: {csv: s.csv, column: status}}}"),
        f"5:69: {place} 2: there is no status 'loyl'",
        f"5:69: {place} 3: {NOBODY}",
        f"5:69: {place} 4: 'bob' is nobody's name",
    )


def test_a_name_that_is_taken_is_told_beside_faults_of_form(folder: Path) -> None:
    assert heads(
        faults(people="{pay: 1, outside: 1, state: {status: {initial: 3, unit: x}, a: 3}}"),
        "5:38: people.state.status: this name is taken",
        f"5:72: people.state.a: {KEYS} initial, unit",
    )


def test_a_column_that_nobody_gives_is_told_once_beside_other_faults(folder: Path) -> None:
    lacks = "people.pay: pay must be given for rank enlisted, nco, officer, general (branch army)"
    assert heads(faults(people="{pay: null, outside: 1}"), f"5:15: {lacks}")
    assert heads(
        faults(people="{pay: null, outside: 1}", question="null"),
        "2:11: question: must be text, not null",
        f"5:15: {lacks}",
    )


def test_a_rule_of_state_that_returns_rates_is_told_once(folder: Path) -> None:
    Path("mine.py").write_text(
        "from defectsim import Rates, rule\n\n\n@rule\ndef decide(agent, unit, country, p) -> Rates:\n"
        "    return Rates()\n"
    )
    (fault,) = faults(behaviour="{update: mine.py:decide}")
    assert "must be annotated to return a NamedTuple class of its own" in fault
