"""Reports: a page that needs nothing else, whose text is that of its tables, escaped."""

import html
import json
import re
from collections.abc import Sequence

import pytest
from matplotlib.figure import Figure

from defectsim.plots.style import as_svg
from defectsim.report.page import (
    ReportFigure,
    ReportSection,
    ReportTable,
    html_page,
    markdown_page,
)
from defectsim.scenario.numbers import ScenarioNumber
from defectsim.scenario.reading.tree import Mark

EVIL = "<script>alert(1)</script> a|b"
NUMBER = ScenarioNumber("people.pay", 3.0, (1.0, 5.0), f"assumption: {EVIL}", Mark("x.yaml"))


def section(*figures: ReportFigure, pictures: Sequence[ReportFigure] = ()) -> ReportSection:
    return ReportSection(
        title=EVIL,
        question=EVIL,
        answer=EVIL,
        grounds="Rests on 3 runs, seed 1.",
        findings={"tipping": EVIL},
        figures=figures,
        pictures=pictures,
        tables=[ReportTable("Outcomes", ("outcome", EVIL), [("deserted", EVIL)])],
        evidence=[NUMBER],
        reproduction={"command": f"defectsim run {EVIL}"},
    )


def drawn(name: str) -> ReportFigure:
    figure = Figure()
    figure.subplots().plot([1, 2])
    return ReportFigure(name, as_svg(figure, name), "a line")


def test_what_people_write_is_text() -> None:
    page = html_page([section()])
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 7
    text = markdown_page([section()])
    rows = [line for line in text.splitlines() if line.startswith("| deserted")]
    assert rows == ["| deserted | &lt;script>alert(1)&lt;/script> a\\|b | "]


def test_a_page_asks_nothing_of_the_network() -> None:
    page = html_page([section(drawn("one"), drawn("two"))])
    addresses = set(re.findall(r"(?:https?:)?//[\w./#-]+", page))
    assert {one for one in addresses if "w3.org" not in one and "purl.org" not in one} <= {
        "https://matplotlib.org/",
        "//creativecommons.org/ns#",
        "http://creativecommons.org/ns#",
    }
    assert not re.search(r"(?:src|href)=[\"'](?!#)", page)
    assert "@import" not in page
    assert len(page) < 2_000_000


def test_figures_are_told_apart_and_told_in_words() -> None:
    page = html_page([section(drawn("one"), drawn("two"))])
    assert page.count('role="img" aria-label="a line"') == 2
    assert re.search(r'<figure id="figure-1-2" data-study="1" data-axes="[^"]*" hidden>', page)
    ids = re.findall(r'<clipPath id="(\w+)"', page)
    assert len({*ids}) == len(ids) == 2


def test_pictures_are_all_shown_below_the_figure_and_named_by_their_questions() -> None:
    asked = ReportFigure("course", drawn("course").svg, "When do they differ?")
    page = html_page([section(drawn("one"), drawn("two"), pictures=[asked])])
    assert "<h3>When do they differ?</h3>" in page
    assert 'role="img" aria-label="When do they differ?"' in page
    assert page.count(" hidden>") == 1
    assert "<h2>Pictures</h2>" in html_page([section(pictures=[asked])])


def test_axes_stand_beside_their_figure() -> None:
    axes = [{"left": 1.0, "x": {"from": 0.0, "to": 2.0, "log": False, "date": False}, "y": None}]
    figure = ReportFigure("one", drawn("one").svg, "a line", axes)
    (found,) = re.findall(r'data-axes="([^"]*)"', html_page([section(figure)]))
    assert json.loads(html.unescape(found)) == axes


@pytest.mark.parametrize("count", [1, 2])
def test_a_report_has_a_section_a_study(count: int) -> None:
    assert html_page([section()] * count).count("<section ") == count
    assert markdown_page([section()] * count).count("## Numbers") == count
