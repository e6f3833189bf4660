"""Acts of governments on both sides; in scenarios ``defectsim.policies.government:purge``."""

from typing import Annotated, NamedTuple

import numpy as np

from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds
from defectsim.policies.acts import People

_UNIT = Bounds(0, 1)
_Share = Annotated[float, Parameter("0..1", _UNIT, "Share of those reached, drawn by lot.")]
_Arrested = Annotated[
    float, Parameter("0..1", _UNIT, "Share of the purged who are arrested, not dismissed.")
]
_Gain = Annotated[float, Parameter("log income", Bounds(), "What promotion adds to attachment.")]
_Loss = Annotated[float, Parameter("0..1", _UNIT, "Share of the unit's cohesion that is lost.")]


class Purge(NamedTuple):
    """Parameters of `purge`."""

    share: _Share
    arrested: _Arrested = 0.0


class Some(NamedTuple):
    """Parameters of acts on a share of the people."""

    share: _Share = 1.0


class Promotion(NamedTuple):
    """Parameters of `promote`."""

    gain: _Gain
    share: _Share = 1.0


class Rotation(NamedTuple):
    """Parameters of `rotate`."""

    loss: _Loss


def purge(people: People, p: Purge) -> None:
    """Arrest or dismiss a share of the people, drawn by lot."""
    purged = people.draw("purged") < p.share
    arrested = people.draw("arrested") < p.arrested
    people.leave("arrest", purged & arrested)
    people.leave("dismiss", purged & ~arrested)


def go_over(people: People) -> None:
    """Make all of them defect openly; those whom they command may follow."""
    people.leave("defect", np.ones(len(people.names), bool))


def rise(people: People) -> None:
    """Begin an attempt by all of them, in which commanders join, resist or wait."""
    people.rise()


def designate(people: People, p: Some) -> None:
    """Add a share of the people, drawn by lot, to a list of sanctions."""
    _write_for(people, p.share, "designated", 1.0)


def delist(people: People, p: Some) -> None:
    """Take a share of the people, drawn by lot, off the list of sanctions."""
    _write_for(people, p.share, "designated", 0.0)


def promote(people: People, p: Promotion) -> None:
    """Promote a share of the people within rank: attachment A becomes A + gain."""
    before = people.column("attachment")
    people.write("attachment", np.where(people.draw("chosen") < p.share, before + p.gain, before))


def rotate(people: People, p: Rotation) -> None:
    """Loosen units as rotation does: cohesion C becomes C (1 - loss)."""
    people.write("cohesion", people.column("cohesion") * (1.0 - p.loss))


def _write_for(people: People, share: float, name: str, value: float) -> None:
    people.write(name, np.where(people.draw("chosen") < share, value, people.column(name)))
