"""Institutions around decisions: news, conspiracies, vacancies, and the recording of desertions."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, create_model

from defectsim.core.section import (
    FINITE,
    Bounds,
    BuiltSection,
    Days,
    Fraction,
    Number,
    PositiveDays,
    Section,
)
from defectsim.model.transitions import Rank

_AtLeast0 = Annotated[Number, Bounds(low=0), FINITE]

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
    __doc__="Weight of one open defection in the news, by rank; that of a general is about 1.",
    **_WEIGHTS,
)


class NewsRules(Section):
    """News of defections, of the treatment of defectors, and of failed attempts."""

    weights: Weights = Weights()
    """Weight of one open defection, by rank."""
    half: Annotated[Number, Bounds(low=0.01), FINITE] | None = None
    """Weight of open defectors at which the news of them says half of what it can say, in an army of
    any size; default: it says what share of the armed forces they are."""
    fresh_days: PositiveDays | None = None
    """Days for which an open defection is news; default: for ever."""
    learning_days: PositiveDays | None = None
    """Days after which half of what a lasting protest or call teaches is learnt: that the regime
    withstands it; then a plot that is rolled up teaches too. Default: nobody learns from these."""
    treatment_days: Days = Number(value=90)
    """Days after a defection until others see whether promises were kept."""
    memory_days: PositiveDays = Number(value=365)
    """Half-life in days of the memory of a failed attempt or plot, and of protest and calls withstood."""


class ConspiracyRules(Section):
    """Growth, discovery and attempts of plots."""

    contacts: Annotated[Number, Bounds(0, 10_000)] = Number(value=6)
    """Ties that a plotter sounds out in a year."""
    informers: Fraction = Number(value=0.5)
    """Chance that a contact reaches an informer at full surveillance."""
    unravelling: Fraction = Number(value=0.5)
    """Chance of arrest of each other member when a plot is discovered."""
    quorum: Fraction = Number(value=0.1)
    """Share of the effective strength that a plot must command to strike."""
    strike_first: Fraction = Number(value=0.5)
    """Share of the quorum at which a discovered plot strikes at once."""
    days: PositiveDays = Number(value=7)
    """Days that an attempt lasts at most."""
    distance: Fraction = Number(value=0.3)
    """Weight in an attempt of a unit outside the capital; in the capital it is 1."""
    capture: Fraction = Number(value=0.8)
    """Chance of arrest of each who struck when the attempt fails; the others get away."""
    casualties: Fraction = Number(value=0.001)
    """Share of the weaker side that an attempt kills."""
    reward: _AtLeast0 = Number(value=0.5)
    """Gain in attachment, and in jeopardy, of those who put an attempt down."""


class CommandRules(Section):
    """Promotion to vacant commands, and when it is asked again who follows a commander."""

    vacancy_days: Days = Number(value=28)
    """Days until a vacant command is filled by promotion."""
    asked_again_days: Days = Number(value=0)
    """Days after a commander defected on which those below are asked again whether they follow."""
    asked_again_in_attempts: bool = False
    """True to ask those below a commander who has defected again on each day of an attempt."""
    asked_again_in_waves: Fraction | None = None
    """Least news of open defection (`declared`) in a wave; on each day of a wave, those below a commander
    who has defected are asked again. Default: never."""


class ProsecutionRules(Section):
    """Arrest of deserters, in rounds."""

    deserters: Fraction = Number(value=0)
    """Share of those who deserted since the last round whom a round finds at full surveillance."""
    round_days: PositiveDays = Number(value=91)
    """Days from one round to the next, rounded up to whole steps."""


class RecordingRules(Section):
    """Recording of desertions: orders strike people off the rolls, late and not all of them."""

    orders: Annotated[list[dt.date], Field(min_length=1)] | None = None
    """Dates of the orders; default: everybody is struck off at once."""
    delay_days: Days = Number(value=0)
    """Days that somebody must be gone before an order."""
    share: Fraction = Number(value=1.0)
    """Share of deserters whom orders ever strike off."""
