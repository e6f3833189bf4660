"""Starsim, with its common random numbers on; run by the Python of an environment of its own."""

from collections.abc import Callable

import numpy as np
import starsim as ss

from benchmarks.peers.model import WEEK, WEEKS, Desertion, traits

ss.options.crn = True
ss.options.verbose = 0


class Deserting(ss.Module):  # type: ignore[misc]  # Starsim ships no types
    """What people are, whether they have left, and who leaves this week."""

    def __init__(self, p: Desertion, seed: int) -> None:
        super().__init__(name="deserting")
        self.p, self.seed, self.share = p, seed, 0.0
        self.leaving = ss.bernoulli(p=0.5)
        self.define_states(
            ss.FloatArr("hunger"), ss.FloatArr("grievance"), ss.BoolState("gone", default=False)
        )

    def init_post(self) -> None:
        """Draw people."""
        super().init_post()
        who = traits(len(self.sim.people), np.random.default_rng(self.seed))
        self.hunger[:], self.grievance[:] = who

    def step(self) -> None:
        """Let people leave by the chances of a week."""
        serving = (~self.gone).uids
        weight = 1.0 + self.p.contagion * self.share
        rate = self.p.base * np.exp(self.hunger[serving] + weight * self.grievance[serving])
        self.leaving.set(p=1.0 - np.exp(-rate * WEEK))
        self.gone[self.leaving.filter(serving)] = True
        self.share = float(np.mean(self.gone))


def people(p: Desertion, people: int, seed: int) -> Callable[[], float]:
    """Prepare a simulation, initialized."""
    module = Deserting(p, seed)
    sim = ss.Sim(
        n_agents=people,
        start=ss.weeks(0),
        dur=ss.weeks(WEEKS - 1),
        dt=ss.weeks(1),
        rand_seed=seed,
        modules=module,
        copy_inputs=False,
    )
    sim.init()

    def run() -> float:
        sim.run()
        return module.share

    return run
