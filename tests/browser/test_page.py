"""The page end to end, in Chromium against the real server, on a machine without a network."""

import json
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import SHOTS, Served, Visit, command, serve, settled, stop

pytestmark = pytest.mark.browser

OFFER = '[data-path="policies.off_ramp.value"]'
WEEKS = 286


def week(page: Page) -> int:
    found = re.match(r"step (\d+) of", page.locator("#week").inner_text())
    assert found
    return int(found[1])


def to_the_end(page: Page) -> None:
    page.get_by_role("button", name="To the end").click()
    expect(page.locator("#week")).to_have_text(f"step {WEEKS} of {WEEKS}", timeout=60_000)
    settled(page)


def move_the_offer(page: Page) -> None:
    """Move the slider to its end, by keyboard."""
    page.get_by_label("Find").fill("off ramp")
    page.locator(OFFER).focus()
    page.keyboard.press("End")
    settled(page)
    page.get_by_label("Find").fill("")


def test_the_server_has_no_network(served: Served) -> None:
    if os.environ.get("NETWORK") == "shared":
        pytest.skip("no network can be taken away here (tools/browser.sh)")
    lines = Path(f"/proc/{served.process.pid}/net/dev").read_text().splitlines()[2:]
    interfaces = [line.split(":")[0].strip() for line in lines]
    assert interfaces == ["lo"], "run it by make test-browser, which takes the network away"


def test_a_visit_from_the_first_look_to_a_run_of_what_was_downloaded(
    served: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(served.address).page
    settled(page)
    expect(page.locator("#question")).to_contain_text("does the army hold?")

    move_the_offer(page)
    expect(page.locator(".lever.moved output")).to_have_text("1")

    page.get_by_role("button", name="Play").click()
    expect(page.locator("#week")).to_have_text(re.compile(r"step ([5-9]|1\d) of"), timeout=20_000)
    page.get_by_role("button", name="Pause").click()
    settled(page)
    assert week(page) >= 5
    assert page.locator("#feed .event").count() > 3

    page.get_by_label("Compare with").select_option("as written")
    settled(page)
    expect(page.locator("#differ")).to_have_text("So far nobody differs.")
    to_the_end(page)
    expect(page.locator("#differ")).to_have_text(
        re.compile(r"[\d,]+ of 366,000 people have changed status")
    )
    assert page.locator("#differ-people tbody tr").count() == 8
    expect(page.locator("#feed")).to_contain_text(re.compile("defects and takes [0-9,]+ along"))

    edit_with_a_mistake(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "venezuela-2019-changed.yaml"
    runs = ["--replicates", "1", "--seed", "1", "--no-figures", "--set", "clock.end=2014-04-02"]
    done = subprocess.run(
        command("run", file.name, *runs), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Would it hold?" in done.stdout

    page.reload()
    settled(page)
    assert week(page) == WEEKS
    expect(page.locator("#question")).to_have_text("Would it hold?")


def edit_with_a_mistake(page: Page) -> None:
    """Edit the file with a mistake, see it at its line, mend it, and apply the text."""
    page.get_by_role("button", name="Scenario file").click()
    text = page.locator("#text")
    written = text.input_value()
    wrong = re.sub("question: .*", "question: Would it hold?", written, count=1)
    text.fill(wrong.replace("start: 2014-01-08", "start: 2014-01-88"))
    mark = page.locator(".mark-line")
    expect(mark).to_contain_text("is not a date of the calendar")
    line = wrong[: wrong.index("start: 2014-01-08")].count("\n") + 1
    page.get_by_role("button", name=f"line {line}, column 10").click()
    expect(text).to_be_focused()
    page.wait_for_timeout(50)
    page.screenshot(path=SHOTS / "fault-1280-light.png")
    text.fill(wrong)
    expect(mark).to_have_count(0)
    page.get_by_role("button", name="Apply").click()
    settled_file(page)


def settled_file(page: Page) -> None:
    page.locator("body:not(.busy)").wait_for()
    expect(page.get_by_role("button", name="Apply")).to_be_disabled()


def test_another_army_is_told_to_be_no_comparison(served: Served, visit: Visit) -> None:
    page = visit(served.address).page
    settled(page)
    page.get_by_label("Compare with").select_option("yemen-2011")
    expect(page.locator("#notice")).to_contain_text("Yemen-2011 has another army")
    settled(page)
    expect(page.get_by_label("Compare with")).to_have_value("")
    page.get_by_role("button", name="Step").click()
    expect(page.locator("#week")).to_have_text(re.compile("step 1 of"))


def test_python_that_somebody_types_is_refused(served: Served, visit: Visit) -> None:
    page = visit(served.address).page
    settled(page)
    page.get_by_role("button", name="Scenario file").click()
    text = page.locator("#text")
    text.fill(text.input_value() + "\nbehaviour: {soldier: 'os:system'}\n")
    expect(page.locator("#faults")).to_contain_text("os:system is code, and a page runs no code")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#notice")).to_contain_text("os:system is code")


def test_a_seed_that_is_none_is_refused_in_words(served: Served, visit: Visit) -> None:
    page = visit(served.address).page
    settled(page)
    seed = page.get_by_label("Seed")
    for wrong in ("-1", "1.5", ""):
        seed.fill(wrong)
        seed.press("Enter")
        expect(page.locator("#notice")).to_have_text(
            "The seed must be a whole number from 0 to 9,007,199,254,740,991."
        )
        seed.fill("2")
        seed.press("Enter")
        settled(page)
        expect(page.locator("#notice")).to_be_hidden()


def test_everything_can_be_done_by_keyboard(served: Served, visit: Visit) -> None:
    page = visit(served.address).page
    settled(page)
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#week")).to_have_text(re.compile("step 1 of"))
    page.keyboard.press("Space")
    expect(page.locator("#week")).to_have_text(re.compile("step [4-9] of"))
    page.keyboard.press("Space")
    settled(page)
    paused = week(page)
    page.wait_for_timeout(500)
    assert week(page) == paused
    page.keyboard.press("Home")
    expect(page.locator("#week")).to_have_text(re.compile("step 0 of"))
    page.locator("#tree").focus()
    before = page.locator("#unit").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#unit").inner_text() != before
    assert week(page) == 0, "arrows move within the tree while it has the focus"
    assert page.locator("#feed").get_attribute("aria-live") == "polite"


def test_every_control_has_a_name_and_is_reached_by_tab(served: Served, visit: Visit) -> None:
    page = visit(served.address).page
    settled(page)
    page.locator("#levers details").first.evaluate("group => { group.open = false }")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, iframe")]
        .filter((one) => !(one.labels?.length || one.ariaLabel || one.title || one.textContent.trim()
          || one.getAttribute("aria-labelledby")))
        .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    wanted = {"scenario", "seed", "play", "step", "end", "restart", "speed", "against", "filter"}
    assert wanted | {"group", "share", "tree", "feed", "by"} <= reached


@pytest.mark.parametrize(
    ("against", "first"), [("", 0), ("as written", 220)], ids=["one world", "two worlds, late"]
)
def test_a_week_is_on_the_screen_in_time(
    served: Served, visit: Visit, against: str, first: int
) -> None:
    page = visit(served.address).page
    settled(page)
    kept = {"scenario": "venezuela-2019", "moved": {"policies.off_ramp.value": 1}, "week": first}
    page.evaluate(
        "kept => sessionStorage.setItem('defectsim', kept)",
        json.dumps({**kept, "against": against}),
    )
    page.reload()
    settled(page)
    page.locator("h1").click()
    for reached in range(first + 1, first + 61):
        page.keyboard.press("ArrowRight")
        expect(page.locator("#week")).to_have_text(f"step {reached} of {WEEKS}")
        settled(page)
    page.wait_for_timeout(100)
    taken = page.evaluate("performance.getEntriesByName('week').map((one) => one.duration)")
    median = statistics.median(taken)
    print(f"a week on the screen: median {median:.0f} ms, at most {max(taken):.0f} ms")
    assert len(taken) == 60
    assert median < 150


def test_the_first_page_of_a_warm_server_comes_soon(served: Served, visit: Visit) -> None:
    begun = time.monotonic()
    page = visit(served.address).page
    settled(page)
    seconds = time.monotonic() - begun
    print(f"the first page: {seconds:.2f} s")
    assert seconds < 3


def test_a_small_study_is_run_and_its_report_read(
    served: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(served.address).page
    settled(page)
    page.get_by_role("button", name="Studies").click()
    page.get_by_label("Replicates").fill("3")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#study-progress")).to_be_visible()
    report = page.frame_locator("#report")
    expect(report.locator("h1").first).to_be_visible(timeout=120_000)
    expect(page.locator("#study-state")).to_contain_text("3 runs, seed 1")
    expect(page.locator("#stored")).to_contain_text("venezuela-2019-app-1 run")
    page.screenshot(path=SHOTS / "study-1280-light.png", full_page=True)

    page.get_by_label("Replicates").fill("100")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#study-state")).to_contain_text("stopped; kept: ", timeout=60_000)

    again = serve(tmp_path, str(served.folder / "results" / "venezuela-2019-app-1"))
    try:
        other = visit(again.address).page
        expect(other.frame_locator("#report").locator("h1").first).to_be_visible(timeout=60_000)
    finally:
        stop(again)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_fits_its_window(served: Served, visit: Visit, width: int, scheme: str) -> None:
    page = visit(served.address, width, scheme).page
    settled(page)
    shoot(page, f"begins-{width}-{scheme}")
    move_the_offer(page)
    page.get_by_label("Compare with").select_option("as written")
    settled(page)
    to_the_end(page)
    shoot(page, f"compared-{width}-{scheme}")
    page.get_by_role("button", name="Scenario file").click()
    text = page.locator("#text")
    text.fill(text.input_value().replace("lever: pay\n", "lever: pai\n", 1))
    expect(page.locator(".mark-line")).to_have_count(1)
    page.locator("#faults button").click()
    shoot(page, f"file-{width}-{scheme}")
    page.get_by_role("button", name="Studies").click()
    shoot(page, f"studies-{width}-{scheme}")


def shoot(page: Page, name: str) -> None:
    """Take a picture of the whole page, which must be no wider than its window."""
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
