from pathlib import Path

import pytest

import defectsim as ds
from defectsim.studies.plan import read_plan
from known_outcomes import write


def test_points_of_further_rounds_differ_in_lever_and_draws_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    Path("sweep.yaml").write_text(
        "name: s\nquestion: Where?\nscenario: known.yaml\nset: [clock.end=2020-01-15]\n"
        "design: {kind: bisect, points: 3}\noutcome: {name: passes}\n"
        "vary: {people.attributes.x: null, people.attributes.y: "
        "[0.25, {value: 0.75, source: a count}]}\n"
    )
    first = ds.load_sweep("sweep.yaml", ["forces.branches.army.strength=4"])
    ds.sweep(first, seed=1, engine="reference", workers=1, out="results", figures=False)
    plan = read_plan(tmp_path / "results/s", allow_code=True)
    assert plan.points[: len(first.points)] == first.points
    assert len(plan.points) > 2 * len(first.points)
    seen = set()
    for number in range(len(plan.points)):
        scenario, values = plan.scenario(number), plan.points[number].values
        attributes = scenario.people.attributes
        assert attributes["x"].value == values["people.attributes.x"]
        assert str(scenario.clock.end) == "2020-01-15"
        assert scenario.forces.branches["army"].strength.value == 4
        seen.add((float(attributes["y"].value), attributes["y"].source))
    assert seen == {(0.25, None), (0.75, "a count")}
