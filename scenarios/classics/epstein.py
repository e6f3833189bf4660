"""Epstein (2002), civil violence, Model I: citizens rebel where police are few; police arrest who rebels."""

from math import ceil, exp, floor
from typing import Any, NamedTuple

import numpy as np

from defectsim import Soldier

SIDE, VISION = 40, 7
"""The torus has 40 by 40 sites; citizens and police see those up to 7 away."""


class Regime(NamedTuple):
    """`rounded`: 1 where the ratio of police to rebels is rounded down, 0 where it is as printed."""

    longest_term: float
    rounded: float = 1
    threshold: float = 0.1
    arrest: float = 2.3


class City:
    """For each site who stands on it or -1, whether that is police, or a rebel, and which sites are seen from it."""

    def __init__(self) -> None:
        self.person = np.full(SIDE * SIDE, -1)
        self.police = np.zeros(SIDE * SIDE, bool)
        self.rebel = np.zeros(SIDE * SIDE, bool)
        x, y = np.divmod(np.arange(SIDE * SIDE), SIDE)
        dx, dy = np.mgrid[-VISION : VISION + 1, -VISION : VISION + 1].reshape(2, -1)
        near = (dx**2 + dy**2 > 0) & (dx**2 + dy**2 <= VISION**2)
        self.seen = (x[:, None] + dx[near]) % SIDE * SIDE + (y[:, None] + dy[near]) % SIDE


class Inhabitant(Soldier):
    """A citizen, or one of the police; the columns `active` and `jailed` are 1 or 0."""

    p: Regime

    @classmethod
    def begin(cls, model: Any, p: Regime) -> None:
        """Put everybody on a site of their own."""
        model.city = City()
        for row, site in enumerate(np.argsort(model.column("place"))):
            person = model.agent(row)
            person.polices, person.rebels, person.at_large, person.free_at = (
                person.branch == "police",
                False,
                True,
                0,
            )
            person.hardship_felt, person.fear = person.hardship, person.risk_aversion
            person.stand(site)

    def step(self) -> None:
        """Move, and act there; in jail, wait for the end of the term."""
        if self.model.steps < self.free_at or not self.move():
            return
        if self.polices:
            self.arrest()
        else:
            self.decide()

    def move(self) -> bool:
        """Go to a free site in sight, out of jail too; say whether the person is at large."""
        city = self.model.city
        sites = city.seen[self.site]
        free = sites[city.person[sites] < 0]
        if len(free):
            if self.at_large:
                self.vanish()
            else:
                self.at_large, self.jailed = True, 0.0
            self.stand(free[int(self.draw("site") * len(free))])
        return self.at_large

    def stand(self, site: int) -> None:
        """Be on a site, for all to see."""
        city, self.site = self.model.city, site
        city.person[site], city.police[site], city.rebel[site] = self.row, self.polices, self.rebels

    def vanish(self) -> None:
        """Leave the site."""
        city = self.model.city
        city.person[self.site], city.police[self.site], city.rebel[self.site] = -1, False, False

    def decide(self) -> None:
        """Rebel where grievance exceeds the net risk by more than the threshold."""
        gain = self.hardship_felt * (1 - self.country.legitimacy) - self.p.threshold
        self.go(gain > 0 and gain > self.fear * self.chance_of_arrest())

    def chance_of_arrest(self) -> float:
        """Return the risk that a citizen sees, oneself counted among the rebels."""
        city = self.model.city
        sites = city.seen[self.site]
        ratio = np.count_nonzero(city.police[sites]) / (1 + np.count_nonzero(city.rebel[sites]))
        return 1 - exp(-self.p.arrest * (floor(ratio) if self.p.rounded else ratio))

    def go(self, active: bool) -> None:
        """Turn active, or quiet."""
        if active != self.rebels:
            self.rebels, self.active = active, float(active)
            self.model.city.rebel[self.site] = active

    def arrest(self) -> None:
        """Jail one of the rebels in sight, for up to the longest term."""
        city = self.model.city
        sites = city.seen[self.site]
        rebels = sites[city.rebel[sites]]
        if len(rebels):
            caught = self.model.agent(city.person[rebels[int(self.draw("rebel") * len(rebels))]])
            caught.go(False)
            caught.vanish()
            caught.at_large, caught.jailed = False, 1.0
            caught.free_at = self.model.steps + ceil(self.draw("term") * self.p.longest_term)


def unrest(view: Any) -> dict[str, float]:
    """Count rebels, and those in jail."""
    return {"active": view.column("active").sum(), "jailed": view.column("jailed").sum()}
