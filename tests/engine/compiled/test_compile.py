"""What is compiled, when, and what is said where it cannot be."""

import datetime as dt
import os
import re
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import event

from builders import NOBODY, START, TOO_LIKELY, small_scenario
from defectsim import RuleError
from defectsim.engine.begin import simulate
from defectsim.engine.compiled import perception
from defectsim.engine.compiled.cache import cache_folder, compilations
from defectsim.engine.compiled.engine import CompiledEngine
from defectsim.engine.compiled.phases import CompiledStep, compiled_step
from defectsim.engine.model import DefectionModel
from defectsim.engine.setup import StudySetup
from defectsim.rules.compile import CompiledFunction, refusal
from rules import reads_a_wage

STEADY: dict[str, Any] = {"soldier": "rules:steady", "general": "rules:steady", "follow": NOBODY}
"""Rules that are quickly compiled."""


class Compilations(event.Listener):
    """Counts what Numba compiles."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_start(self, event: Any) -> None:
        self.names.append(event.data["dispatcher"].py_func.__name__)

    def on_end(self, event: Any) -> None:
        pass


@pytest.mark.long
def test_another_value_of_a_parameter_compiles_nothing() -> None:
    def exits(rate: float) -> int:
        behaviour = {**STEADY, "soldier": {"rule": "rules:steady", "parameters": {"desert": rate}}}
        return len(simulate(StudySetup(small_scenario(behaviour=behaviour), 0), 0).events.row)

    many, seen = exits(1.7), Compilations()
    with event.install_listener("numba:compile", seen):
        few = exits(0.1)
    assert seen.names == []
    assert many > few


def test_a_function_is_compiled_for_python_only_when_python_calls_it() -> None:
    more = CompiledFunction(lambda x: x + 1)
    twice = numba.njit(lambda x: 2 * more(x))
    assert twice(1) == 4
    assert (len(more.overloads), len(more.inner.overloads)) == (0, 1)
    assert more(1) == 2
    assert (len(more.overloads), len(more.inner.overloads)) == (1, 1)


def test_the_first_of_several_compilations_is_announced_and_no_other() -> None:
    said: list[str] = []
    half = numba.njit(lambda x: x / 2)
    for _ in range(2):
        with compilations(lambda: said.append("compiling")):
            half(1)
            half(1.5)
    assert said == ["compiling"]


def test_levers_of_a_scenarios_own_are_part_of_what_is_compiled_and_policies_on_them_are_not() -> (
    None
):
    def compiled(**changes: Any) -> CompiledStep:
        setup = StudySetup(small_scenario(**changes), 0)
        return CompiledEngine(setup.inputs(0), setup.grouping()).step

    own = {"curfew": {"unit": "0..1", "default": 0, "combiner": "any"}}
    night = {"night": {"lever": "curfew", "value": 1, "effective": START}}
    assert compiled(levers=own) == compiled(levers=own, policies=night, conditions={"curfew": 0.2})
    assert (
        compiled(levers=own)
        != compiled(levers={"dusk": own["curfew"]})
        != compiled()
        == compiled(levers={})
    )


def test_rules_are_asked_again_only_for_what_their_own_kind_reads() -> None:
    behaviour = {**STEADY, "soldier": "rules:two_certainties"}
    protest = {"lever": "protest", "value": 1, "effective": dt.date(2018, 4, 1)}
    setup = StudySetup(small_scenario(behaviour=behaviour, policies={"protest": protest}), 0)
    engine = CompiledEngine(setup.inputs(0), setup.grouping())
    starts = setup.scenario.clock.step_on(dt.date(2018, 4, 1))
    perception.see_country(engine.arguments, engine.counts, starts - 1)
    assert not engine.arguments.news.any()
    perception.see_country(engine.arguments, engine.counts, starts)
    changed = engine.arguments.news
    assert changed.reshape(-1, 2).all(axis=0).tolist() == [True, False]


@pytest.mark.long
def test_another_process_compiles_nothing(tmp_path: Path) -> None:
    program = "\n".join(
        [
            "import sys; sys.path.insert(0, 'tests/support')",
            "from numba.core import event",
            "from builders import small_scenario",
            "from defectsim.engine.begin import simulate",
            "from defectsim.engine.setup import StudySetup",
            "names = []",
            "class Listener(event.Listener):",
            "    def on_start(self, event): names.append(event.data['dispatcher'].py_func.__name__)",
            "    def on_end(self, event): pass",
            "with event.install_listener('numba:compile', Listener()):",
            f"    run = simulate(StudySetup(small_scenario(behaviour={STEADY!r}), 0), 0)",
            "print(len(names))",
        ]
    )
    environment = {**os.environ, "DEFECTSIM_CACHE_DIR": str(tmp_path)}
    counts = [
        int(
            subprocess.run(
                [sys.executable, "-c", program], env=environment, check=True, capture_output=True
            ).stdout
        )
        for _ in range(2)
    ]
    assert counts[0] > 0
    assert counts[1] == 0
    assert list(tmp_path.glob("advance-*.nbc"))


def test_the_cache_lies_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEFECTSIM_CACHE_DIR", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("DEFECTSIM_CACHE_DIR")
    assert cache_folder().name == "defectsim"


def test_a_rule_that_cannot_be_compiled_is_named_with_its_line_and_what_to_do() -> None:
    scenario = small_scenario(behaviour={**STEADY, "soldier": "rules:cannot_be_compiled"})
    with pytest.raises(RuleError) as caught:
        DefectionModel(scenario, rng=0, engine="compiled").run()
    said = str(caught.value)
    line = next(
        n
        for n, text in enumerate(Path("tests/support/rules.py").read_text().splitlines(), 1)
        if "=not_a_rule(" in text
    )
    assert f"rules.py:{line}: rule rules:cannot_be_compiled cannot be compiled: " in said
    assert "--engine reference" in said


def test_a_refusal_does_not_show_what_numba_says() -> None:
    scenario = small_scenario(behaviour={**STEADY, "soldier": "rules:cannot_be_compiled"})
    with pytest.raises(RuleError) as caught:
        DefectionModel(scenario, rng=0, engine="compiled").run()
    assert not any(
        "numba" in line for line in traceback.format_exception(caught.value) if "site-" in line
    )


def test_a_field_that_numba_does_not_find_is_named_with_its_line_and_the_nearest() -> None:
    said = str(refusal([reads_a_wage], KeyError("pays")))
    assert "reads agent.pays, which is not there; did you mean agent.pay?" in said
    assert re.match(r".*rules\.py:\d+: rule rules:reads_a_wage ", said)


def test_the_reference_engine_runs_a_rule_that_cannot_be_compiled() -> None:
    scenario = small_scenario(behaviour={**STEADY, "soldier": "rules:cannot_be_compiled"})
    assert len(DefectionModel(scenario, rng=0, engine="reference").run().engine.events.row) > 0


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_negative_rate_is_refused_with_who_where_and_when(engine: Any) -> None:
    scenario = small_scenario(
        behaviour={
            **STEADY,
            "soldier": {"rule": "rules:goes_wrong", "parameters": {"divides": 0, "falls": 1}},
        }
    )
    with pytest.raises(
        RuleError,
        match=r"rules:goes_wrong: defect is not a rate .*for (army|guard)-\d+ \(.* on 2018-",
    ):
        DefectionModel(scenario, rng=0, engine=engine).run()


@pytest.mark.long
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_what_is_no_probability_is_refused(engine: Any) -> None:
    behaviour = {
        "soldier": "rules:steady",
        "general": {"rule": "rules:steady", "parameters": {"defect": 500}},
        "follow": TOO_LIKELY,
    }
    with pytest.raises(RuleError, match="rules:chance: the result is not a probability"):
        DefectionModel(small_scenario(behaviour=behaviour), rng=3, engine=engine).run()


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_division_by_zero_is_an_error_in_both_engines(engine: Any) -> None:
    scenario = small_scenario(behaviour={**STEADY, "soldier": "rules:goes_wrong"})
    with pytest.raises(ZeroDivisionError):
        DefectionModel(scenario, rng=0, engine=engine).run()


@pytest.mark.long
def test_rules_are_compiled_where_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DEFECTSIM_CACHE_DIR", str(tmp_path / "file" / "cache"))
    only_here = {"only_here": {"unit": "0..1", "default": 0, "combiner": "any"}}
    scenario = small_scenario(behaviour=STEADY, levers=only_here)
    assert simulate(StudySetup(scenario, 0), 0).counts.sum() > 0
    assert "compiled rules cannot be kept" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_belief_that_is_no_probability_is_refused(engine: Any) -> None:
    behaviour = {**STEADY, "soldier": "rules:faithful", "belief": TOO_LIKELY}
    with pytest.raises(RuleError, match="rules:chance: the result is not a probability"):
        DefectionModel(small_scenario(behaviour=behaviour), rng=3, engine=engine).run()


def test_threads_that_ask_at_once_share_what_is_compiled() -> None:
    decisions = [small_scenario(behaviour=STEADY).behaviour.decisions for _ in range(8)]
    columns = np.dtype([("pay", float)])
    with ThreadPoolExecutor(4) as pool:
        steps = list(pool.map(lambda one: compiled_step(one, (), columns, "cohorts"), decisions))
    assert all(step is steps[0] for step in steps)


def test_a_constant_that_changes_before_a_rule_is_compiled_is_part_of_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = {**dict.fromkeys(("soldier", "general"), "rules:by_a_constant"), "follow": NOBODY}
    before, after = (small_scenario(behaviour=rules).behaviour.decisions for _ in range(2))
    columns = np.dtype([("pay", float)])
    assert not before.believes  # traces the rules
    with monkeypatch.context() as changed:
        changed.setattr(sys.modules["rules"], "YEARLY", 2.0)
        late = compiled_step(before, (), columns, "cohorts")
    assert compiled_step(after, (), columns, "cohorts") is not late
