"""What surrounds decisions: what news people hear, how plots work, how vacancies are filled, how exits are recorded."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, create_model

from defectsim.core.section import (
    Bounds,
    BuiltSection,
    Count,
    Fraction,
    Number,
    PositiveCount,
    Section,
)
from defectsim.model.transitions import Rank

_AtLeast0 = Annotated[Number, Bounds(low=0)]


_WEIGHTS: Any = {
    str(rank): (
        _AtLeast0,
        Field(
            Number(value=rank.weight), description=f"Weight of one defection among {rank.people}."
        ),
    )
    for rank in Rank
}
Weights: Any = create_model(
    "Weights",
    __base__=BuiltSection,
    __doc__="How much one open defection counts in public, by rank, where a general counts about 1.",
    **_WEIGHTS,
)


class NewsRules(Section):
    """What everybody hears of those who have gone over, and of what became of them."""

    weights: Weights = Weights()
    """How much one open defection counts, by rank."""
    treatment_days: Count = Number(value=90)
    """How long after somebody went over others can see whether promises were kept."""
    memory_days: PositiveCount = Number(value=365)
    """After how many days half of what a failed attempt taught is forgotten."""


class ConspiracyRules(Section):
    """How plots grow, are found out and strike."""

    contacts: _AtLeast0 = Number(value=6)
    """How many ties a plotter sounds out in a year."""
    informers: Fraction = Number(value=0.5)
    """Chance that a contact reaches an informer where surveillance is complete."""
    unravelling: Fraction = Number(value=0.5)
    """Chance, for each other member, of being arrested when a plot is found out."""
    quorum: Fraction = Number(value=0.1)
    """Share of the effective strength that a plot must command to strike."""
    strike_first: Fraction = Number(value=0.5)
    """Share of the quorum at which a plot that is found out strikes at once."""
    days: PositiveCount = Number(value=7)
    """How many days an attempt lasts at most."""
    distance: Fraction = Number(value=0.3)
    """Weight in an attempt of a unit outside of the capital, where one in it weighs 1."""
    capture: Fraction = Number(value=0.8)
    """Chance, for each who struck, of being arrested when the attempt fails; the others get away."""
    casualties: Fraction = Number(value=0.001)
    """Share of the weaker side that an attempt kills."""
    reward: _AtLeast0 = Number(value=0.5)
    """What those who put an attempt down gain in attachment, and in jeopardy."""


class VacancyRules(Section):
    """What becomes of a command whose holder is gone."""

    vacancy_days: Count = Number(value=28)
    """How long it takes to fill a vacant command by promotion."""


class RecordingRules(Section):
    """How desertions come to be known: an order strikes people off the rolls, late and not all of them."""

    orders: Annotated[list[dt.date], Field(min_length=1)] | None = None
    """Dates of the orders; where none is said, everybody is struck off at once."""
    delay_days: Count = Number(value=0)
    """How long somebody must be gone before an order."""
    share: Fraction = Number(value=1.0)
    """Share of deserters whom orders ever strike off."""
