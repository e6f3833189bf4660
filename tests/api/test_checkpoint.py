"""A run saved on a date and continued, as Python users do it."""

from pathlib import Path

import pytest

import defectsim as ds
from sweep_scenario import SCENARIO


def test_a_run_continues_from_its_checkpoint_as_if_it_had_not_been_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SCENARIO)
    scenario = ds.load("small.yaml")
    model = ds.DefectionModel(scenario, 7, replicate=2)
    saved = ds.save_checkpoint(model.run(10), "march.npz")
    whole = ds.DefectionModel(scenario, 7, replicate=2).run()
    again = ds.load_checkpoint(saved, scenario)
    assert (again.date, again.setup.seed) == (model.date, 7)
    assert (again.run().engine.counts == whole.engine.counts).all()
    late = "policies.late={lever: travel_ban, value: 1, effective: 2018-05-01}"
    richer = ds.load_checkpoint(saved, ds.load("small.yaml", [late])).run()
    assert (richer.engine.counts[:18] == whole.engine.counts[:18]).all()
    assert (richer.engine.counts != whole.engine.counts).any()
    with pytest.raises(ds.CheckpointError, match=r"has another past: people\.pay"):
        ds.load_checkpoint(saved, ds.load("small.yaml", ["people.pay=11"]))
