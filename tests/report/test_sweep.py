"""The table of a sweep shows how outcomes depend on what varies."""

from io import StringIO

from rich.console import Console

import defectsim as ds
from defectsim.report.sweep import MOST_ROWS
from madeup import frame, run


def shown(
    *levers: str, values: int = 2, replicates: int = 3, moves: bool = True, named: str = "{}"
) -> str:
    rows = [
        run(
            replicate,
            point=point,
            **dict.fromkeys(levers, named.format(point / 10)),
            deserted=1000 * point * moves + replicate * moves,
        )
        for point in range(values)
        for replicate in range(replicates)
    ]
    manifest = {"design": {"kind": "sweep"}, "question": "What then?", "seed": "1"}
    screen = StringIO()
    Console(file=screen, width=80).print(ds.Study.of(manifest, {"runs": frame(rows)}).table())
    return screen.getvalue()


def test_each_point_has_its_median_and_band() -> None:
    text = shown("people.pay", values=3)
    assert text.startswith("What then?")
    assert "deserted" in text
    assert "2,001" in text
    assert "[2,000–2,002]" in text
    assert "defected" not in text


def test_two_levers_make_one_table_and_three_a_table_each() -> None:
    assert shown("a", "b").count("Median of ") == 1
    assert shown("a", "b", "c").count("Median of ") == 3


def test_a_lever_of_many_values_is_left_to_the_figure() -> None:
    text = shown("a", "b", values=MOST_ROWS + 1, named="rule {}")
    assert f"{MOST_ROWS + 1} values of a, b: see the figure" in text


def test_outcomes_that_are_the_same_in_all_runs_have_no_table() -> None:
    assert "No outcome of these tables differs between runs" in shown("a", moves=False)
