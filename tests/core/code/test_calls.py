"""Code of a scenario that ends a run is told: whose it is, with its file and line, and the date."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import defectsim as ds
from builders import SMALL, START, laid_over, small_scenario
from defectsim.scenario.schema import Scenario

CODE = """\
from defectsim import General, Soldier

def raise_pay(people):
    people.write("pya", 3.0)

def leaves(people):
    people.leave("go" + "ne", people.draw("x") < 1.0)

def observe(view):
    return helped(view)

def helped(view):
    return {"x": 1.0 / float(view.column("status").sum())}

def text(view):
    return "much"

def worst(counts):
    raise ValueError("one\\n  two")

class Zealot(Soldier):
    def step(self):
        raise SystemExit(3) if self.unique_id == "army-1" else ValueError

class Shy(Soldier):
    def __init__(self, model, row):
        super().__init__(model, row)
        self.pay = "x"

    def step(self):
        pass

class Planner(General):
    @classmethod
    def begin(cls, model, p):
        {}["plan"]

    def step(self):
        pass
"""


def ended(folder: Path, **said: Any) -> str:
    """Return the last line of the error of a run."""
    (folder / "mine.py").write_text(CODE)
    scenario = Scenario.model_validate(laid_over(SMALL, said), context={"folder": folder})
    with pytest.warns(ds.FailedRunsWarning):
        study = ds.run(scenario, replicates=1, seed=1, engine="reference", workers=1)
    error = str(study.runs["error"][0])
    assert "The above exception was the direct cause" in error
    return error.strip().splitlines()[-1].removeprefix("defectsim.core.errors.RuleError: ")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"acts": {"one": {"act": "mine.py:raise_pay", "date": START}}},
            "mine.py:4: the act one on 2018-01-01: KeyError: "
            "\"there is no column 'pya'; did you mean 'pay'?\"",
        ),
        (
            {
                "acts": {
                    "one": {"act": "mine.py:leaves", "every": "7 days", "from": dt.date(2018, 1, 9)}
                }
            },
            "mine.py:7: the act one on 2018-01-15: an act lets nobody 'gone'; it lets them ",
        ),
        (
            {"observers": {"seen": "mine.py:observe"}},
            "mine.py:13: the observer seen on 2018-01-01: ZeroDivisionError: float division by zero",
        ),
        (
            {"observers": {"seen": "mine.py:text"}},
            "the observer seen on 2018-01-01: mine.py:text: must return named numbers",
        ),
        (
            {"outcomes": {"worst": "mine.py:worst"}},
            "mine.py:19: the outcome worst: ValueError: one two",
        ),
        (
            {
                "observers": {"seen": "defectsim.policies.observers:mean_state"},
                "outcomes": {"tips": {"when": "seen.x > 1"}},
            },
            "the outcome tips: nobody counts 'seen.x'",
        ),
        ({"behaviour": {"soldier": "mine.py:Zealot"}}, "mine.py:23: the step of "),
        (
            {"behaviour": {"soldier": "mine.py:Shy"}},
            "mine.py:28: the making of army-1 on 2018-01-01: TypeError: pay: must be a number, or",
        ),
        (
            {"behaviour": {"general": "mine.py:Planner"}},
            "mine.py:36: begin() of Planner: KeyError: 'plan'",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_whose_code_ended_a_run_is_told(tmp_path: Path, said: dict[str, Any], told: str) -> None:
    assert ended(tmp_path, **said).startswith(told)


def test_a_model_raises_it_from_the_error_itself() -> None:
    scenario = small_scenario(observers={"mine": "example_scripts:breaks_in"})
    with pytest.raises(
        ds.RuleError, match=r"py:65: the observer mine on 2018-01-01: ValueError"
    ) as told:
        ds.DefectionModel(scenario, rng=1, engine="reference")
    assert isinstance(told.value.__cause__, ValueError)
