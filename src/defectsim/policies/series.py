"""Series: values of a lever by date, for everybody, or for each branch or unit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from defectsim.core.formatting import counted
from defectsim.core.section import FINITE, Finite, Number, Section, refuse, refuse_all
from defectsim.core.table import Csv

if TYPE_CHECKING:  # see `policies.audience`
    from defectsim.population.population import Population

EVERYBODY = "all"
"""Group of a series that is one for all people."""

By = Literal["none", "branch", "unit"]
Between = Literal["hold", "linear"]


def _by_group(given: Any) -> Any:
    if not isinstance(given, list | Mapping):
        raise refuse("must be a list of numbers, or such a list for each branch or unit")
    return {EVERYBODY: given} if isinstance(given, list) else given


_Values = Annotated[dict[str, list[Finite]], BeforeValidator(_by_group)]


class Series(Section):
    """Values by date. Each holds until the next, or leads to it in a straight line."""

    dates: Annotated[list[dt.date], Field(min_length=1)]
    """Dates of the values, at regular distances."""
    values: _Values
    """A value for each date; by branch or unit, such a list for each."""
    by: By = "none"
    """Groups with values of their own: branches, units with all units below them, or none."""
    between: Between = "hold"
    """Values between two dates: `hold` the earlier one, or `linear` from one to the other."""
    source: str | None = None
    """Source of the values."""

    @model_validator(mode="after")
    def _one_value_each(self) -> Self:
        refuse_all(
            (
                ("values", group),
                f"has {counted(len(values), 'value')} for {counted(len(self.dates), 'date')}: give "
                "each date one",
            )
            for group, values in self.values.items()
            if len(values) != len(self.dates)
        )
        if self.by == "none" and [*self.values] != [EVERYBODY]:
            raise refuse(f"values of {', '.join(self.values)}: say by: branch, or by: unit")
        if self.by != "none" and [*self.values] == [EVERYBODY]:
            group = "army" if self.by == "branch" else "army company 1"
            each = f"give each {self.by} a list of its own, as in {group}: [1, 2], or leave out by"
            refuse_all([(("values",), f"one list for all: {each}")])
        return self

    @property
    def extent(self) -> tuple[float, float]:
        """The least and the largest value."""
        return min(map(min, self.values.values())), max(map(max, self.values.values()))

    def on(self, dates: Sequence[dt.date]) -> NDArray[np.float64]:
        """Compute the values on some dates; shape (groups, dates).

        Before its first date a series has the first value, and after its last the last.
        """
        known = np.array([date.toordinal() for date in self.dates])
        asked = np.array([date.toordinal() for date in dates])
        values = np.array([*self.values.values()])
        place = np.maximum(np.searchsorted(known, asked, side="right") - 1, 0)
        before: NDArray[np.float64] = values[:, place]
        if self.between == "hold":
            return before
        following = np.minimum(place + 1, len(known) - 1)
        days = np.maximum(known[following] - known[place], 1)
        share = np.clip(asked - known[place], 0, days) / days
        between: NDArray[np.float64] = before + share * (values[:, following] - before)
        return between

    def group(self, population: "Population") -> NDArray[np.int32]:
        """Return the group of each person, by its place in `values`; shape (people,)."""
        if self.by == "none":
            return np.zeros(len(population), np.int32)
        place = {name: number for number, name in enumerate(self.values)}
        if self.by == "branch":
            of_branch = np.array([place[name] for name in population.branches], np.int32)
            return of_branch[population.branch]
        units, found = population.units, list[int]()
        for name, parent in zip(units.names, units.parent.tolist(), strict=True):
            found.append(place[name] if name in place else found[parent])
        of_unit = np.array(found, np.int32)
        return of_unit[population.unit]


class SeriesFile(Section):
    """Columns of a CSV file; they become `dates` and `values` when the file is read."""

    csv: Csv
    """The file, beside the scenario or below."""
    date: str = "date"
    """Column of the dates, as in 2019-01-31."""
    column: str
    """Column of the values."""
    by: By = "none"
    """`branch` or `unit` if the file has a column of that name, with a row for each and date."""
    between: Between = "hold"
    """Values between two dates: `hold` the earlier one, or `linear` from one to the other."""
    source: str | None = None
    """Source of the values; default: the file and the column."""


def _tag(data: Any) -> str:
    """Return the tag of a series; no file has it as a key, so places of faults leave it out."""
    file = isinstance(data, SeriesFile) or (isinstance(data, Mapping) and "dates" not in data)
    return "of a file" if file else "by date"


class SeriesValue(Section):
    """A value that changes by date."""

    series: Annotated[
        Annotated[Series, Tag("by date")] | Annotated[SeriesFile, Tag("of a file")],
        Discriminator(_tag),
    ]
    """Its values: `dates` and `values`, or columns of a CSV file."""
    unit: str | None = None
    """Unit of measurement, which must be that of the lever."""

    @property
    def source(self) -> str | None:
        """Source of the values."""
        return self.series.source


def _value_tag(data: Any) -> str:
    series = isinstance(data, SeriesValue) or (isinstance(data, Mapping) and "series" in data)
    return "a series" if series else "a number"


LeverValue = Annotated[
    Annotated[Number, FINITE, Tag("a number")] | Annotated[SeriesValue, Tag("a series")],
    Discriminator(_value_tag),
]
"""The value of a condition or a policy."""

type Amount = float | Series
"""A number, or a series of them, that such a value gives."""


def amount(value: Number | SeriesValue) -> Amount:
    """Return the number, or the series, of a value that has been read."""
    if isinstance(value, Number):
        return value.value
    assert isinstance(value.series, Series)
    return value.series


def extent(what: Amount) -> tuple[float, float]:
    """Return the least and the largest value."""
    return what.extent if isinstance(what, Series) else (what, what)


def on_dates(what: Amount, dates: Sequence[dt.date]) -> NDArray[np.float64]:
    """Return the values on some dates; shape (groups, dates)."""
    return what.on(dates) if isinstance(what, Series) else np.full((1, len(dates)), what)


def group_of(what: Amount, population: "Population") -> NDArray[np.int32]:
    """Return each person's group among those of the values; shape (people,)."""
    if isinstance(what, Series):
        return what.group(population)
    return np.zeros(len(population), np.int32)


def group_names(what: Amount) -> list[str]:
    """Return the names of the groups, if there are any."""
    return [*what.values] if isinstance(what, Series) and what.by != "none" else []


def in_words(what: Amount) -> str:
    """Return a value for a table."""
    if not isinstance(what, Series):
        return f"{what:g}"
    low, high = what.extent
    return f"{low:g} to {high:g}, a series" + (f" by {what.by}" if what.by != "none" else "")
