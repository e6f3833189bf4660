"""Acts that come with defectsim."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import defectsim as ds
from builders import START, small_scenario
from defectsim.core.errors import RuleError
from defectsim.engine.script import ArmyView, ReachedPeople
from defectsim.model.transitions import Status

PEOPLE = 1000


class Stub:
    """People with columns, who note what is done to them."""

    def __init__(self) -> None:
        values = {"designated": 0.5, "attachment": 0.0, "cohesion": 0.8}
        self.columns = {name: np.full(PEOPLE, value) for name, value in values.items()}
        self.left: dict[str, np.ndarray] = {}
        self.names = [f"army-{number}" for number in range(PEOPLE)]

    def column(self, name: str) -> np.ndarray:
        return self.columns[name].copy()

    def write(self, name: str, values: Any) -> None:
        self.columns[name] = np.broadcast_to(values, PEOPLE).copy()

    def leave(self, transition: str, chosen: np.ndarray) -> None:
        self.left[transition] = chosen

    def draw(self, purpose: str) -> np.ndarray:
        return np.random.default_rng(len(purpose)).random(PEOPLE)


def done(name: str, **parameters: float) -> Stub:
    """Do an act as a scenario would."""
    acts = {
        "x": {
            "act": f"defectsim.policies.government:{name}",
            "date": START,
            "parameters": parameters,
        }
    }
    people = Stub()
    small_scenario(acts=acts).acts["x"].do(people)
    return people


def test_a_purge_arrests_a_share_and_dismisses_the_others() -> None:
    left = done("purge", share=0.4, arrested=0.25).left
    assert not (left["arrest"] & left["dismiss"]).any()
    assert (left["arrest"] | left["dismiss"]).mean() == pytest.approx(0.4, abs=0.05)
    assert left["arrest"].sum() / (left["arrest"] | left["dismiss"]).sum() == pytest.approx(
        0.25, abs=0.08
    )
    assert not done("purge", share=0.4).left["arrest"].any()
    assert done("purge", share=1).left["dismiss"].all()


def test_everybody_reached_defects() -> None:
    assert done("go_over").left["defect"].all()


def test_a_list_names_people_and_lets_them_off_again() -> None:
    assert set(done("designate").columns["designated"]) == {1.0}
    assert set(done("delist").columns["designated"]) == {0.0}
    assert (done("delist", share=0.3).columns["designated"] == 0.0).mean() == pytest.approx(
        0.3, abs=0.05
    )


def test_promotion_binds_people_and_rotation_loosens_units() -> None:
    assert set(done("promote", gain=0.7).columns["attachment"]) == {0.7}
    assert (
        done("promote", gain=0.7, share=0.2).columns["attachment"] == 0.7
    ).mean() == pytest.approx(0.2, abs=0.05)
    assert done("rotate", loss=0.25).columns["cohesion"] == pytest.approx(0.6)


def reached() -> tuple[ReachedPeople, list[tuple[int, str]]]:
    left: list[tuple[int, str]] = []
    model: Any = SimpleNamespace(leave=lambda row, transition: left.append((row, transition)))
    army = ArmyView(model, START)
    return ReachedPeople(model, np.array([3, 5, 8]), ("act",), army), left


@pytest.mark.parametrize("transition", ["desert", "defect", "arrest", "dismiss", "retire"])
def test_an_act_makes_the_chosen_leave(transition: str) -> None:
    people, left = reached()
    people.leave(transition, np.array([True, False, True]))
    assert left == [(3, transition), (8, transition)]


def test_an_act_that_names_no_transition_or_nobody_is_refused() -> None:
    people, left = reached()
    for transition, chosen, said in (
        ("arest", [True] * 3, "did you mean 'arrest'"),
        ("go", [True] * 3, "desert, defect, retire, shirk, plot, resume, recall, arrest, dismiss"),
        ("arrest", [True], "for each of 3 people"),
        ("arrest", [1.0, 0.0, 0.5], "true or false"),
    ):
        with pytest.raises(RuleError, match=said):
            people.leave(transition, np.array(chosen))
    assert not left


def test_a_named_general_defects_in_the_step_of_the_date() -> None:
    going = {
        "act": "defectsim.policies.government:go_over",
        "date": START,
        "audience": {"agents": ["army-general-2"]},
    }
    model = ds.DefectionModel(small_scenario(acts={"going": going}), rng=0)
    model.step()
    assert model.person("army-general-2").status == Status.DEFECTED
