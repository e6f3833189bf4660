"""The command line, as typed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from command_line import defectsim
from defectsim import Study
from defectsim.cli.commands import app

SMALL = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  company: {officer: 1, enlisted: 9}
  branches:
    army: {strength: 40, generals: 2}
people:
  pay: 10
  outside: {value: 200, range: [100, 300], source: assumption}
behaviour:
  general: {parameters: {base_flight: 0.2}}
conditions: {sanctions: 0.2}
policies:
  off_ramp: {lever: off_ramp, value: {value: 0.3, range: [0, 1], source: assumption}, effective: 2018-02-01}
"""
OWN_LEVERS = """\
levers:
  curfew: {unit: "0..1", default: 0, combiner: any, meaning: Share of the night in barracks.}
  bounty: {unit: USD, default: 0, combiner: sum, bounds: [0, 10000]}
"""
DIVIDING = """\
from typing import NamedTuple

from defectsim import Rates, rule


class Zero(NamedTuple):
    zero: float = 0.0


@rule
def decide(agent, unit, country, p: Zero):
    return Rates(desert=1.0 / p.zero)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(SMALL)
    return tmp_path


def test_run_leaves_a_study_and_shows_a_table(folder: Path) -> None:
    done = defectsim(
        folder, "run", "tiny.yaml", "--replicates", "3", "--seed", "0", "--workers", "2"
    )
    assert done.returncode == 0, done.stderr
    assert "Gone at the end" in done.stdout
    assert "Generals defected" in done.stdout
    assert "seed 0; study in results/tiny" in done.stderr
    written = {
        path.relative_to(folder / "results/tiny").as_posix()
        for path in (folder / "results/tiny").rglob("*")
    }
    tables = {
        "series",
        "events",
        "causes",
        "hazards",
        "observations",
        "attempts",
        "series/part-00000.parquet",
        "events/part-00000.parquet",
    }
    assert written == tables | {
        "runs.parquet",
        "scenario.yaml",
        "manifest.json",
        "plan.json",
        "log.jsonl",
        "figures",
        "figures/cascade.png",
        "figures/cascade.svg",
    }
    assert Study.open(folder / "results/tiny").complete


def test_a_study_is_not_overwritten_unless_asked(folder: Path) -> None:
    assert defectsim(folder, "run", "tiny.yaml", "--replicates", "1").returncode == 0
    refused = defectsim(folder, "run", "tiny.yaml", "--replicates", "1")
    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert defectsim(folder, "run", "tiny.yaml", "--replicates", "1", "--overwrite").returncode == 0


def test_check_says_what_a_scenario_holds_without_running_it(folder: Path) -> None:
    done = defectsim(folder, "check", "tiny.yaml")
    assert done.returncode == 0
    assert "nothing wrong found" in done.stdout
    assert not (folder / "results").exists()


def test_explain_says_what_governments_do_and_what_levers_are_worth_on_a_date(folder: Path) -> None:
    shown = defectsim(folder, "explain", "tiny.yaml").stdout
    assert "off_ramp 0.3 (0 to 1)" in shown
    assert "Levers" not in shown
    at = ("explain", "tiny.yaml", "--at", "2018-02-01", "--set", "policies.off_ramp.value=0.75")
    assert "│ off_ramp  │ 0..1 │ 0.75 │" in defectsim(folder, *at).stdout
    for date, said in (
        ("2018-04-02", "not a day of the clock"),
        ("soon", "write it as in 2019-01-31"),
    ):
        refused = defectsim(folder, "explain", "tiny.yaml", "--at", date)
        assert refused.returncode == 2
        assert said in refused.stderr
    assert not (folder / "results").exists()


def test_check_says_which_code_a_scenario_runs_and_asks_before_code_from_elsewhere(
    folder: Path,
) -> None:
    assert "runs code" not in defectsim(folder, "check", "tiny.yaml").stdout
    (folder / "mine.py").write_text(
        "def observe(view):\n    return {'one': 1}\n\n\nprint('was run')\n"
    )
    (folder / "mine.yaml").write_text("extends: tiny.yaml\nobservers: {mine: mine.py:observe}\n")
    shown = defectsim(folder, "check", "mine.yaml").stdout
    assert "runs code that is not defectsim's own:\n  observers.mine: mine.py:observe\n" in shown
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for command in (["check"], ["run", "--replicates", "1"]):
        refused = defectsim(elsewhere, *command, "../mine.yaml")
        assert refused.returncode == 2
        assert "was run" not in refused.stdout
        assert refused.stderr.startswith("../mine.yaml:2:19: observers.mine")
        assert "--allow-code" in refused.stderr
        assert defectsim(elsewhere, *command, "../mine.yaml", "--allow-code").returncode == 0


def test_check_shows_the_levers_that_a_scenario_declares(folder: Path) -> None:
    assert "Own levers" not in defectsim(folder, "check", "tiny.yaml").stdout
    (folder / "own.yaml").write_text(SMALL + OWN_LEVERS)
    shown = defectsim(folder, "check", "own.yaml").stdout
    assert "Own levers" in shown
    assert "Share of the night in barracks." in shown
    assert "bounty" in shown


def test_all_faults_at_once_each_with_its_place_and_exit_code_2(folder: Path) -> None:
    (folder / "bad.yaml").write_text(
        SMALL.replace("general: {p", "genral: {p")
        .replace("pay: 10", "pay: ten")
        .replace("strength: 40", "strength: -1")
        .replace("end: 2018-04-01", "end: 2017-04-01")
        + "name: twice\n"
    )
    for command in ("check", "run"):
        done = defectsim(folder, command, "bad.yaml")
        assert done.returncode == 2
        assert done.stderr.splitlines() == [
            "bad.yaml:3:33: clock.end: the end 2017-04-01 must come after the start 2018-01-01",
            "bad.yaml:7:22: forces.branches.army.strength: -1 is out of bounds: must be at least 1",
            "bad.yaml:9:8: people.pay: must be a number, or a mapping with value, range and source",
            "bad.yaml:12:3: behaviour.genral: unknown key; did you mean 'general'?",
            "bad.yaml:16:1: name: duplicate key; the first is at bad.yaml:1:1",
        ]


FROM_SCRATCH = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-02-30}
forces:
  branches:
    army: {strength: forty, generals: 2}
people:
  exposure: {general: 1.4}
  pay: {soldier: 10}
policies:
  offer: {lever: reception, date: 2018-02-01, value: 0.6}
"""


def test_a_scenario_from_scratch_hears_all_of_its_faults_at_once_and_each_once(
    folder: Path,
) -> None:
    (folder / "scratch.yaml").write_text(FROM_SCRATCH)
    done = defectsim(folder, "check", "scratch.yaml")
    assert done.returncode == 2
    place = "scratch.yaml"
    assert done.stderr.splitlines() == [
        f"{place}:3:33: clock.end: '2018-02-30' is not a date of the calendar; write it as in 2019-01-30",
        f"{place}:6:22: forces.branches.army.strength: must be a number, or a mapping with value, range and source",
        f"{place}:8:3: people: outside must be given for rank enlisted, nco, officer, general (branch army)",
        f"{place}:8:23: people.exposure.general: 1.4 is out of bounds: must be between 0 and 1",
        f"{place}:9:9: people.pay.soldier: unknown key; known here: enlisted, nco, officer, general",
        f"{place}:11:29: policies.offer.date: unknown key; did you mean 'effective'?",
    ]


def test_what_a_faulty_rule_reads_is_not_asked_for(folder: Path) -> None:
    text = FROM_SCRATCH.replace("pay: {soldier: 10}", "outside: 3")
    (folder / "scratch.yaml").write_text(f"{text}behaviour: {{soldier: none.py:decide}}\n")
    said = defectsim(folder, "check", "scratch.yaml").stderr
    assert "people: pay must be given for rank general (branch army)" in said
    text = text.replace("outside: 3\n", "")
    (folder / "scratch.yaml").write_text(text)
    said = defectsim(folder, "check", "scratch.yaml").stderr
    for column in ("pay", "outside"):
        whose = "rank enlisted, nco, officer, general (branch army)"
        assert f"people: {column} must be given for {whose}" in said


def test_a_rule_of_the_scenarios_own_folder_is_found_beside_other_faults(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner/mine.py").write_text(
        "from defectsim import Rates, rule\n\n\n@rule\ndef decide(agent, unit, country, p):\n"
        "    return Rates(desert=agent.pay)\n"
    )
    text = FROM_SCRATCH.replace("pay: {soldier: 10}", "outside: 3").replace("1.4", "1")
    text = text.replace("date:", "effective:").replace("forty", "40").replace("02-30", "05-01")
    rules = "{soldier: mine.py:decide, general: mine.py:decide, news: 1}"
    (folder / "inner/scratch.yaml").write_text(f"{text}behaviour: {rules}\n")
    said = defectsim(folder, "check", "inner/scratch.yaml").stderr.splitlines()
    assert len(said) == 2
    assert said[0] == (
        "inner/scratch.yaml:8:3: people: pay must be given for rank enlisted, nco, officer, "
        "general (branch army)"
    )
    assert "behaviour.news: unknown key" in said[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["evidence", "tiny.yaml", "--csv"],
            "nofolder/x: there is no folder nofolder; make it first",
        ),
        (
            ["checkpoint", "tiny.yaml", "--at", "2018-02-01", "--to"],
            "nofolder/x: there is no folder nofolder; make it first",
        ),
        (["evidence", "tiny.yaml", "--csv"], "results: it is a folder; give the name of a file"),
        (
            ["checkpoint", "tiny.yaml", "--at", "2018-02-01", "--to"],
            "results: it is a folder; give the name of a file",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(
    folder: Path, arguments: list[str], said: str
) -> None:
    (folder / "results").mkdir(exist_ok=True)
    path, _, why = said.partition(": ")
    done = defectsim(folder, *arguments, path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{path} cannot be written: {why}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command", [["run", "tiny.yaml"], ["compare", "tiny.yaml", "tiny.yaml"], ["extend", "results"]]
)
def test_too_many_replicates_are_refused_before_anything_is_read(
    folder: Path, command: list[str]
) -> None:
    done = defectsim(folder, *command, "--replicates", "1000000000")
    assert done.returncode == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert (
        "1,000,000,000 runs would take about 300 GB of memory, and 10,000,000 is the most" in said
    )


def test_set_lays_a_value_over_the_file_with_the_same_checks(folder: Path) -> None:
    done = defectsim(
        folder, "run", "tiny.yaml", "--replicates", "1", "--set", "policies.off_ramp.value=0.6"
    )
    assert done.returncode == 0
    stored = YAML(typ="safe").load(folder / "results/tiny/scenario.yaml")
    assert stored["policies"]["off_ramp"]["value"] == {"value": 0.6, "range": [0, 1]}
    refused = defectsim(folder, "check", "tiny.yaml", "--set", "policies.off_ramp.value=1.6")
    assert refused.returncode == 2
    assert refused.stderr.startswith(
        "--set policies.off_ramp.value=1.6: policies.off_ramp.value: 1.6 lies outside"
    )


def test_runs_that_fail_end_with_exit_code_1_and_say_why(folder: Path) -> None:
    (folder / "dividing.py").write_text(DIVIDING)
    by = ("--engine", "reference", "--set", "behaviour.soldier={rule: 'dividing:decide'}")
    done = defectsim(folder, "run", "tiny.yaml", "--replicates", "2", *by)
    assert done.returncode == 1
    assert "2 of 2 runs failed, the first with: ZeroDivisionError" in done.stderr


def test_version_and_help(folder: Path) -> None:
    assert defectsim(folder, "--version").stdout.startswith("defectsim 0.")
    assert "run" in defectsim(folder, "--help").stdout
    assert defectsim(folder, "run", "--replicates", "0", "tiny.yaml").returncode == 2


def every_command(group: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, *words, word)
        else:
            yield (*words, word), command


@pytest.mark.parametrize(("words", "command"), [*every_command(get_command(app))], ids=str)
def test_help_is_whole_in_a_terminal_of_80_columns(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], command: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = defectsim(folder, *words, "--help").stdout
    assert max(map(len, said.splitlines())) <= 80
    assert "…" not in said
    for parameter in command.params:
        for word in (parameter.help or "").split():
            assert word in said
        if parameter.metavar:
            assert parameter.metavar in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "tiny.yaml", "--at", "soon"), "'soon' is no date: write it as in 2019-01-31"),
        (("check", "tiny.yaml", "--engine", "fast"), "there is no engine 'fast': take one of comp"),
        (("new", "scenario", "x", "--country-like", "syira"), "did you mean 'syria'?"),
    ],
)
def test_what_is_no_choice_or_date_is_refused_with_what_to_write(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = defectsim(folder, *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Value error" not in done.stderr


def test_evidence_lists_the_numbers_of_a_scenario(folder: Path) -> None:
    done = defectsim(
        folder,
        "evidence",
        "tiny.yaml",
        "--unsourced",
        "--csv",
        "numbers.csv",
        "--set",
        "people.pay=11",
    )
    assert done.returncode == 0, done.stderr
    assert "0 reported, 0 estimated, 2 assumed, 7 unsourced" in " ".join(done.stdout.split())
    assert "outside" not in done.stdout
    lines = (folder / "numbers.csv").read_text().splitlines()
    assert "people.outside,200,100,300,assumed,assumption,False,tiny.yaml,10,20" in lines
    assert "people.pay,11,,,unsourced,,False,--set people.pay=11,," in lines
