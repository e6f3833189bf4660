"""defectsim, with the rule of a user."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.peers.model import BASKET, GRIEVANCE, PAY, Desertion
from defectsim.engine.run import Run
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status
from defectsim.scenario.load import load


@cache
def setup(p: Desertion, people: int) -> StudySetup:
    """Set up the army and its rule, for all replicates."""
    parameters = ", ".join(f"{name}: {value}" for name, value in p._asdict().items())
    return StudySetup(
        load(
            Path(__file__).with_name("scenario.yaml"),
            [
                f"forces.branches.army.strength={people}",
                f"behaviour.soldier={{rule: 'rule.py:decide', parameters: {{{parameters}}}}}",
                f"people.pay={{lognormal: {list(PAY)}}}",
                f"people.grievance={{uniform: {list(GRIEVANCE)}}}",
                f"conditions.subsistence={BASKET}",
            ],
            allow_code=True,
        ),
        seed=1,
    )


def compiled(p: Desertion, people: int, seed: int) -> Callable[[], float]:
    """Prepare a replicate of the compiled engine: what people are is drawn, not yet what they will do."""
    army = setup(p, people)
    army.prepare("compiled")
    inputs = army.inputs(seed)
    for name in ("pay", "grievance", "frailty"):
        _ = inputs.columns[name]

    def run() -> float:
        counts = Run(army, seed, inputs=inputs).run().engine.counts
        return float(counts[-1, ..., Status.DESERTED].sum() / people)

    return run
