import datetime as dt
from io import StringIO

import polars as pl
from rich.console import Console

from defectsim.analysis.divergence import Divergence, person_divergence, summarize_divergence
from defectsim.analysis.event_history.hazards import hazard_effects
from defectsim.analysis.paired import paired
from defectsim.report.comparison import comparison_table
from madeup import compared, frame, run

NAMES = {"deserted": "deserted", "loyal_share": "loyal share, %"}
RUNS = compared(
    deserted=([23_100, 23_120, 23_090, 23_110], [23_130, 23_150, 23_100, 23_150]),
    loyal_share=([0.9, 0.8, 0.85, 0.9], [0.88, 0.8, 0.8, 0.9]),
    outcome=(["survives"] * 4, ["coup", *["survives"] * 3]),
)


def shown(
    runs: pl.DataFrame,
    others: dict[str, Divergence] | None = None,
    width: int = 100,
) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(comparison_table(paired(runs), others or {}))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def events(*people: tuple[str, str, str, int, str]) -> pl.DataFrame:
    rows = [
        {
            "date": dt.date(2019, 1, 7) + dt.timedelta(weeks=week),
            **{
                "agent": agent,
                "branch": branch,
                "rank": rank,
                "status_from": "loyal",
                "status_to": end,
            },
            "cause": "decision",
        }
        for agent, branch, rank, week, end in people
    ]
    types = dict.fromkeys(
        ("agent", "branch", "rank", "status_from", "status_to", "cause"), pl.String()
    )
    return pl.DataFrame(rows, schema={"date": pl.Date(), **types})


PEOPLE = summarize_divergence(
    person_divergence(
        events(("a1", "army", "enlisted", 0, "deserted")),
        events(
            ("a1", "army", "enlisted", 2 + pair, "deserted"),
            *((f"g{man}", "guard", "officer", 3, "defected") for man in range(pair)),
        ),
    )
    for pair in range(4)
)


def line(text: str, *starts: str) -> str:
    (found,) = (one for one in text.splitlines() if one.split()[: len(starts)] == list(starts))
    return " ".join(found.split())


def test_it_begins_with_scenarios_and_pairs() -> None:
    text = shown(RUNS).splitlines()
    assert [one for one in text if one][:2] == [
        "other, against base",
        "4 pairs of runs on common random numbers.",
    ]


def test_numbers_have_levels_differences_and_an_interval() -> None:
    row = paired(RUNS, ["deserted"]).row(0, named=True)
    text = shown(RUNS)
    assert line(text, "deserted") == "deserted 23,105 +30 +28"
    interval = f"[{row['low']:+.0f}, {row['high']:+.0f}]"
    assert line(text, "[23,090–23,120]") == f"[23,090–23,120] [+10, +40] {interval} 4 of 4"
    assert line(text, "[80.0–90.0]").endswith("2 of 4")


def test_chances_have_their_intervals_even_where_nothing_differs() -> None:
    text = shown(RUNS)
    assert line(text, "regime", "falls").endswith("1 of 4")
    assert "100 [47–100]" in line(text, "survives")
    assert "coup" in text
    assert "split" not in text


def test_what_is_the_same_in_every_pair_has_a_bound() -> None:
    text = " ".join(shown(RUNS).split())
    assert (
        "The same in every pair, so different in at most 53 % of them (95 % bound): defected; "
        in text
    )
    constant = " ".join(shown(compared(deserted=([1, 5], [2, 6]))).split())
    assert "+1 in each" in constant
    assert (
        "The same difference in every pair, so another one in at most 78 % of them: deserted."
        in constant
    )


def test_one_sentence_reports_what_common_random_numbers_save() -> None:
    rows = paired(RUNS, ["deserted", "loyal_share"]).rows(named=True)
    text = " ".join(shown(RUNS).split())
    assert text.count("Variance saved by common random numbers: ") == 1
    assert "(least, median and most of 5 outcomes)" in text
    console = Console(file=StringIO(), width=300)
    console.print(comparison_table(paired(RUNS, ["deserted", "loyal_share"]), {}))
    assert isinstance(console.file, StringIO)
    least, most = sorted(rows, key=lambda row: float(row["saved"]))
    assert (
        f"{100 * least['saved']:.1f} % of {NAMES[least['outcome']]}, {100 * most['saved']:.1f} % of "
        f"{NAMES[most['outcome']]}; unpaired, standard errors would be {least['sharper']:.1f}, {most['sharper']:.1f} "
    ) in console.file.getvalue()


def test_means_of_few_effective_pairs_are_named() -> None:
    few, many = [0] * 99 + [500], list(range(100))
    runs = compared(deserted=([0] * 100, few), defected=([0] * 100, many))
    text = " ".join(shown(runs).split())
    assert "Fewer than 10 effective pairs differ; the interval may be too narrow: deserted." in text
    assert "effective pairs differ" not in shown(compared(defected=([0] * 100, many)))


def test_the_methods_of_intervals_are_reported() -> None:
    text = " ".join(shown(RUNS).split())
    assert (
        "of chances, Bonett and Price; of means, Student's t, guarded against few and skewed differences."
        in text
    )


def test_pairs_left_out_are_counted() -> None:
    rows = [
        run(replicate, scenario=name, deserted=point)
        for point, name in enumerate("ab")
        for replicate in range(5)
    ]
    rows[2] |= run(2, scenario="a", status="failed")
    rows[9] |= run(4, scenario="b", status="pending")
    text = shown(frame(rows))
    assert "3 pairs of runs on common random numbers." in text
    assert "Left out: 1 with a failed run and 1 with a pending run, of 5 pairs." in text
    undefined = shown(compared(capital=([None, 0.5], [0.5, 0.6])))
    assert "loyal in capital, %: 1 pair without a value left out." in undefined


def test_a_comparison_without_pairs_reports_that() -> None:
    text = shown(frame([run(0, scenario="a"), run(0, point=1, scenario="b", status="failed")]))
    assert "0 pairs of runs" in text
    assert "Nothing to compare: " in text


def test_divergence_is_shown_by_branch_and_rank_with_dates_and_ends() -> None:
    text = shown(RUNS, {"other": PEOPLE})
    assert line(text, "army") == "army 1 0 0 4 of 4 2019-01-07"
    assert line(text, "guard") == "guard 2 [0–3] 0 2 [0–3] 3 of 4 2019-01-28"
    people = text[text.index("When their runs diverge") :]
    assert line(people, "officer") == "officer" + 3 * " 2019-01-28"
    assert people.index("loyal") < people.index("-> defected")


def test_pairs_in_which_everybody_behaves_the_same_are_counted() -> None:
    same = summarize_divergence(person_divergence(events(), events()) for _ in range(3))
    text = shown(RUNS, {"other": same})
    assert "In 3 of 3 pairs everybody behaves the same." in text
    assert "Who behaves differently than" not in text


def test_without_events_it_explains_how_to_record_them() -> None:
    assert "record: {events: true}" in shown(RUNS)


def test_armies_of_different_strength_are_pointed_out() -> None:
    assert "The armies differ in strength" in shown(compared(strength=([1000], [2000])))
    assert "The armies differ in strength" not in shown(RUNS)


def test_nothing_is_cut_at_100_columns() -> None:
    text = shown(RUNS, {"other": PEOPLE})
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 100
    wide = shown(RUNS, {"other": PEOPLE}, width=300)
    assert "".join(wide.split()) == "".join(text.split())


def test_each_scenario_has_its_own_tables() -> None:
    rows = [
        run(replicate, point=point, scenario=name, deserted=point * replicate)
        for point, name in enumerate(("base", "one", "two"))
        for replicate in range(5)
    ]
    text = shown(frame(rows))
    assert text.index("one, against base") < text.index("two, against base")


def test_effects_by_hazards_stand_beside_those_counted() -> None:
    rows = [
        {
            **{"point": point, "replicate": replicate, "branch": "army", "rank": "general"},
            **{"transition": transition, "transitions": replicate % 3 + point},
            "hazard": 1 + replicate / 10 + point * (0.2 + replicate / 100),
            "person_years": 50.0,
        }
        for point in (0, 1)
        for replicate in range(8)
        for transition in ("defect", "plot")
    ]
    runs = compared(deserted=([0] * 8, [0] * 8))
    effects = hazard_effects(pl.DataFrame(rows), runs)
    console = Console(width=80, record=True, file=StringIO())
    console.print(comparison_table(paired(runs), {}, hazards=effects))
    text = console.export_text()
    assert "Who left by hazards" in text
    assert "general, defect" in text
    assert "+1 in each" in text
    assert "+0.235" in text
    assert "1.174" in text
    assert "plot" not in text.partition("Who left by hazards")[2].partition("orders, plots")[0]


def test_a_range_says_what_it_holds_of_further_pairs() -> None:
    few = compared(deserted=([1, 2, 3, 4], [2, 4, 6, 9]))
    assert "of 4 pairs are their range, in which 60 % of further pairs" in shown(few, width=200)
