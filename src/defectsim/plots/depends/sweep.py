"""Figures of a sweep: outcomes by one lever as lines, by two as maps, by more as lines each."""

import math
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any, NamedTuple

import polars as pl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from defectsim.analysis.inputs import Described, short_name
from defectsim.analysis.outcomes import ASKED, OutcomeSpec, outcome, own_outcomes, varied, words
from defectsim.analysis.sweeps import BINS, binned, sweep
from defectsim.core.errors import NothingToDrawError
from defectsim.plots.depends.lever_lines import lever_lines, span
from defectsim.plots.depends.lever_map import lever_map, tile_numbers
from defectsim.plots.labels import base_of, label
from defectsim.plots.style import AS_WRITTEN, INK, WIDTH, Heading

_TITLE: dict[str, Any] = {"size": 9, "weight": "bold", "color": INK, "loc": "left", "pad": 16}
# in inches
_ALONE, _PANEL, _ROW, _MAP, _SMALL_MAP, _TILE, _AXIS = 4.0, 3.1, 2.7, 5.2, 3.9, 0.52, 0.8
_SLANTED = 0.5  # more of a row whose words may be slanted
_COLUMNS, _MOST = 2, 4
"""Columns of maps and of one outcome, and most outcomes in a row."""
_MOST_LEVERS = 12
"""Levers that have panels; of more, a sensitivity analysis tells which matter."""
_LETTERS = 110  # of a label under a row of panels


class _Panel(NamedTuple):
    """An outcome, and its distribution by lever, in one panel."""

    spec: OutcomeSpec
    frame: pl.DataFrame


def sweep_figure(
    runs: pl.DataFrame,
    name: str,
    title: str = "",
    described: Mapping[str, Described] | None = None,
) -> Figure:
    """Return panels of an outcome (see `outcomes.outcome`) by what varies.

    Parameters
    ----------
    runs
        Of a sweep, a row a run.
    described
        What levers mean, by path, with the scale asked for and the base scenario's value.
    """
    (panels,) = zip(*_rows(runs, [name]), strict=True)
    heading = Heading.of(title, _text(runs, panels, described or {}))
    body = _height(panels[0].frame, len(panels))
    figure = _begun(heading, body)
    if _is_map(panels[0].frame):
        lever_map(panels[0].frame, figure.subplots(), panels[0].spec.unit, described)
    else:
        _lines(figure, panels, described)
    heading.write(figure)
    return figure


def sweep_outcomes_figure(
    runs: pl.DataFrame,
    names: Sequence[str] | None = None,
    title: str = "",
    described: Mapping[str, Described] | None = None,
) -> Figure:
    """Return all outcomes side by side by what varies: a row of panels a lever, or maps.

    Parameters
    ----------
    names
        Outcomes; default: those asked about (`outcomes.ASKED`), and those of the scenario's own.
    runs, described
        As in `sweep_figure`.
    """
    usual = [*ASKED, *own_outcomes(runs)]
    rows = _rows(runs, usual if names is None else names)
    panels = [panel for row in rows for panel in row]
    heading = Heading.of(title, _text(runs, panels, described or {}))
    maps = _is_map(panels[0].frame)
    count = math.ceil(len(panels) / _COLUMNS) if maps else len(rows)
    tall = [_SMALL_MAP] * count if maps else [_row_height(row) for row in rows]
    figure = _begun(heading, sum(tall))
    if maps:
        _maps(figure, panels, count, described)
    else:
        places = figure.subfigures(count, 1, squeeze=False, height_ratios=tall)[:, 0]
        for place, row in zip(places, rows, strict=True):
            _row(place, row, described, named=row is rows[0] or len(varied(runs)) < len(rows))
    heading.write(figure)
    return figure


def _rows(runs: pl.DataFrame, names: Sequence[str]) -> list[list[_Panel]]:
    """Return the panels of outcomes in rows: each of one lever, or of the only two."""
    levers = varied(runs)
    if not levers:
        raise NothingToDrawError(
            "nothing varies between the points of this study, so there is no sweep to draw"
        )
    specs = [outcome(runs, name) for name in names]
    known = [spec for spec in specs if runs.select(spec.value.count()).item()]
    if not known:
        raise NothingToDrawError(
            "there is nothing to draw: no run of this study ended well with a value of "
            f"{', '.join(names)}"
        )
    alone = [[lever] for lever in levers[:_MOST_LEVERS]]
    groups = [levers] if len(levers) <= _COLUMNS else alone
    return [
        [_Panel(spec, sweep(runs, spec.name, group)) for spec in some]
        for group in groups
        for some in batched(known, _MOST)
    ]


def _begun(heading: Heading, body: float) -> Figure:
    whole = heading.height + body
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, body / whole), h_pad=0.1, w_pad=0.1)
    return Figure(figsize=(WIDTH, whole), layout=layout)


def _height(first: pl.DataFrame, panels: int) -> float:
    if _is_map(first):
        return max(_MAP, _AXIS + _TILE * first[first.columns[1]].n_unique())
    return _ALONE if panels == 1 else _PANEL * math.ceil(panels / _COLUMNS)


def _row_height(row: Sequence[_Panel]) -> float:
    frame = row[0].frame
    return _ROW + _SLANTED * (frame[frame.columns[0]].dtype == pl.String)


def _is_map(frame: pl.DataFrame) -> bool:
    return frame.columns.index("points") == _COLUMNS


def _lines(
    figure: Figure, panels: Sequence[_Panel], described: Mapping[str, Described] | None
) -> None:
    """Draw one outcome by each lever, on one scale."""
    columns = min(len(panels), _COLUMNS)
    limits = _limits(panels)
    places = figure.subplots(math.ceil(len(panels) / columns), columns, squeeze=False).ravel()
    for axes in places[len(panels) :]:
        axes.remove()
    for number, (panel, axes) in enumerate(zip(panels, places, strict=False)):
        lever_lines(panel.frame, axes, panel.spec.unit, described)
        axes.set_ylim(*limits)
        axes.set_ylabel(_name(panel) if number % columns == 0 else "", size=8.5, color=INK)
        axes.tick_params(labelleft=number % columns == 0)


def _limits(panels: Sequence[_Panel]) -> tuple[float, float]:
    values = ("q05", "q50", "q95")
    both = pl.concat(panel.frame.select(values) for panel in panels)
    return span(both, panels[0].spec.unit)


def _name(panel: _Panel) -> str:
    return f"{words(panel.spec.name)}, {panel.spec.unit}".rstrip(", ")


def _row(
    place: Any, row: Sequence[_Panel], described: Mapping[str, Described] | None, *, named: bool
) -> None:
    """Draw all outcomes by one lever, whose label stands below all of them."""
    for panel, axes in zip(row, place.subplots(1, len(row), squeeze=False)[0], strict=True):
        lever_lines(panel.frame, axes, panel.spec.unit, described)
        axes.set_xlabel("")
        if named:
            axes.set_title(_name(panel).capitalize().replace(", ", ",\n"), **_TITLE)
    below = label(row[0].frame.columns[0], described or {}, _LETTERS)
    place.supxlabel(below, size=8.5, color=INK, **AS_WRITTEN)


def _maps(
    figure: Figure,
    panels: Sequence[_Panel],
    rows: int,
    described: Mapping[str, Described] | None,
) -> None:
    places = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in places[len(panels) :]:
        axes.remove()
    for panel, axes in zip(panels, places, strict=False):
        axes.set_title(_name(panel).capitalize(), **_TITLE)
        lever_map(panel.frame, axes, panel.spec.unit, described, numbers=False)
    for panel, axes in zip(panels, places, strict=False):
        tile_numbers(panel.frame, axes, panel.spec.unit)


def _text(runs: pl.DataFrame, panels: Sequence[_Panel], described: Mapping[str, Described]) -> str:
    """Return what is drawn, what is pooled or in bins, and what is left out."""
    levers, specs = varied(runs), {panel.spec.name: panel.spec for panel in panels}.values()
    named = [f"{_name(panels[0]).capitalize()}."] if len(specs) == 1 else []
    parts = [*named, *_marks(panels)]
    if any(base_of(lever, described) is not None for lever in levers):
        mark = "Arrows and frame" if _is_map(panels[0].frame) else "Dashed line"
        parts.append(f"{mark}: the base scenario.")
    if len(levers) > _COLUMNS:
        parts.append("Each panel pools all values of the other levers.")
    if len(levers) > _MOST_LEVERS:
        parts.append(f"The first {_MOST_LEVERS} of {len(levers)} levers.")
    if wide := [lever for lever in levers if binned(runs, lever)]:
        told = len(wide) < len(levers) <= _MOST_LEVERS
        of = f" of {', '.join(map(short_name, wide))}" if told else ""
        parts.append(
            f"Values{of} come in {BINS} bins of about as many points each, marked at their medians."
        )
    left = {spec.name: runs.select(spec.value.null_count()).item() for spec in specs}
    parts += [
        f"Left out: {count:,} of {runs.height:,} runs, which failed, are pending or have no value"
        f"{'' if len(specs) == 1 else f' of {words(name)}'}."
        for name, count in left.items()
        if count
    ]
    return " ".join(parts)


def _marks(panels: Sequence[_Panel]) -> list[str]:
    """Return what points, bands and tiles are: of numbers, and of chances."""
    if max(panel.frame["runs"].to_numpy().max() for panel in panels) == 1:
        return ["One run at each point."]
    chances = [panel for panel in panels if panel.spec.kind == "chance"]
    found = []
    if len(chances) < len(panels):
        found.append(_marks_of("median", "50 %", "90 % of runs", panels[0]))
    if chances and all(one.frame["q05"].null_count() == one.frame.height for one in chances):
        found.append(
            "Share of runs; pooled runs share their seeds, so it has no interval. Numbers: runs."
        )
    elif chances and found:
        both = "50 %" if _is_map(chances[0].frame) else "50 % and 90 %"
        found.append(f"Of shares of runs: exact {both} intervals.")
    elif chances:
        found.append(_marks_of("share", "exact 50 % interval", "90 %", chances[0]))
    return found


def _marks_of(middle: str, half: str, most: str, panel: _Panel) -> str:
    if _is_map(panel.frame):
        return f"Each tile: {middle} of runs; its {half}; n, how many runs."
    return f"Point: {middle} of runs; dark band: {half}, light band: {most}; above: number of runs."
