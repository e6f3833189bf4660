"""Reports as people and tests read them."""

from dataclasses import replace

from defectsim.contract.report import Report, failed, not_judged, note, passed

FINDINGS = {
    "form": passed("it takes four"),
    "rates": failed("desert is -1", "with agent.pay = 2.0: Rates(desert=-1.0, defect=0.0)"),
    "compiled": note("it compiles"),
    "cost": not_judged("rates failed"),
}
BROKEN = Report(
    "x.py:decide", tuple(replace(finding, check=name) for name, finding in FINDINGS.items())
)
KEPT = Report("x.py:decide", BROKEN.findings[:1])


def test_only_what_failed_breaks_the_contract() -> None:
    assert not BROKEN.passed
    assert Report("x", tuple(finding for finding in BROKEN if not finding.failed)).passed


def test_it_reads_as_text_a_line_a_check_and_the_example_below() -> None:
    assert str(BROKEN).splitlines() == [
        "x.py:decide",
        "",
        "passed      form                  it takes four",
        "FAILED      rates                 desert is -1",
        "                                  with agent.pay = 2.0: Rates(desert=-1.0, defect=0.0)",
        "note        compiled              it compiles",
        "not judged  cost                  rates failed",
        "",
        "The rule breaks its contract: rates. Fields that no example names are at their defaults.",
    ]
    assert str(KEPT).endswith("The rule keeps its contract.")


def test_findings_have_names_and_texts_for_tests_of_one_check_each() -> None:
    assert BROKEN["rates"].failed
    assert [str(finding) for finding in KEPT] == ["form: passed: it takes four"]
    assert str(BROKEN["rates"]).endswith(
        "desert is -1\nwith agent.pay = 2.0: Rates(desert=-1.0, defect=0.0)"
    )
