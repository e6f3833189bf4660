"""The field's classics against what was published: the rows of `make classics` that do not take minutes."""

import ast
from pathlib import Path

import numpy as np
import pytest
from tools.classics import contagion, epstein, granovetter, lang
from tools.classics.__main__ import CHECKS, TABLE
from tools.classics.check import FOLDER, Check, study
from tools.classics.table import table

import defectsim as ds

PYTHON = sorted(FOLDER.glob("*.py"))
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
QUICK = [check for check in CHECKS if not check.slow]


@pytest.mark.long
@pytest.mark.parametrize("check", QUICK, ids=lambda check: f"{check.classic}: {check.what}")
def test_value(check: Check) -> None:
    obtained = check.obtain()
    assert check.as_expected(obtained), (
        f"{obtained} where {check.published} +- {check.tolerance} is published"
    )


def row(what: str) -> Check:
    (found,) = [check for check in CHECKS if what in check.what]
    return found


@pytest.mark.long
def test_thresholds_of_another_mean_jump_elsewhere() -> None:
    elsewhere, _ = granovetter.jump(lambda deviation: granovetter.drawn(deviation, mean=30.0))
    assert not row("10,000 people at random").holds(elsewhere)


def test_the_exact_solution_jumps_where_the_figure_does() -> None:
    deviation, share = granovetter.critical()
    assert (round(deviation, 1), round(share)) == (12.2, 6)


@pytest.mark.long
def test_a_smaller_loss_of_fear_brings_no_revolution() -> None:
    smaller = study("kuran-a", "acts.shift.parameters.to=11")
    assert smaller.series["defected"][-1] == 1


@pytest.mark.long
def test_curves_of_another_rate_are_missed() -> None:
    assert not row("well mixed: largest").holds(contagion.off_logistic(beta=0.8 * 8.0))
    assert not row("random network: largest").holds(contagion.off_edge_based(beta=0.8 * 2.0))


@pytest.mark.long
def test_a_curve_of_another_decay_is_missed() -> None:
    assert not row("it wins").holds(lang.off_equation(0.1, 8.0, assumed=10.0))


@pytest.mark.long
def test_rounded_down_there_are_outbursts() -> None:
    assert not row("ratio as printed").holds(epstein.count())


def test_outbursts_are_counted_as_epstein_counts() -> None:
    active = [10, 60, 100, 120, 95, 80, 20, 30, 40, 55, 70, 50, 49, 20]
    assert epstein.outbursts(np.array([active])) == ([3], [455, 175])


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.name)
def test_only_the_public_door_is_used(path: Path) -> None:
    tree = ast.parse(path.read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert {module for module in modules if module and module.split(".")[0] == "defectsim"} <= {
        "defectsim"
    }
    names = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert names & set(dir(ds)) or "defectsim" not in modules
    hidden = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_")
    ]
    assert hidden == []


def test_granovetters_rule_has_at_most_fifteen_lines() -> None:
    assert len((FOLDER / "granovetter.py").read_text().splitlines()) <= 15


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_scenario_is_sound_and_takes_steps(path: Path) -> None:
    scenario = ds.load(path)
    model = ds.DefectionModel(scenario, rng=1, engine="reference")
    model.step()
    assert model.steps == 1
    said = [
        scenario.behaviour.soldier.parameters,
        *(act.parameters for act in scenario.acts.values()),
    ]
    unsaid = [
        name for parameters in said for name, number in parameters.items() if number.source is None
    ]
    assert unsaid == []


@pytest.mark.parametrize("classic", sorted({check.classic for check in CHECKS}))
def test_page_shows_the_files_as_they_are(classic: str) -> None:
    page = TABLE.with_name(f"{classic}.md").read_text()
    shown = [
        path for path in (*PYTHON, *SCENARIOS) if f'title="scenarios/classics/{path.name}"' in page
    ]
    assert FOLDER / f"{classic}.py" in shown
    for path in shown:
        assert f'title="scenarios/classics/{path.name}"\n{path.read_text()}```' in page


def test_the_table_has_a_row_for_each_check() -> None:
    """Whatever the values obtained were, which `make classics` writes."""
    lines = TABLE.read_text().splitlines()
    fresh = table((check, check.published) for check in CHECKS).splitlines()
    assert len(lines) == len(fresh)
    assert [line.split(" | ")[:3] for line in lines] == [line.split(" | ")[:3] for line in fresh]
