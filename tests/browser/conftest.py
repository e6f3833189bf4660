"""The real server, and Debian's Chromium; no test is skipped where either is missing."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from command_line import as_command

SHOTS = Path(__file__).parents[2] / "results" / "screenshots"
"""Folder of the pictures that somebody should look at."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("there is no chromium: apt-get install chromium, or make test-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Served:
    """A process of `defectsim app`."""

    process: "subprocess.Popen[str]"
    address: str
    folder: Path


def serve(folder: Path, *arguments: str) -> Served:
    """Begin the command in a folder, and wait until it tells its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "defectsim", "app", "--no-browser", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert address, line
    return Served(process, address[0], folder)


def stop(served: Served) -> None:
    served.process.terminate()
    served.process.wait(30)
    if served.process.stdout:
        served.process.stdout.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("work"))
    yield served
    stop(served)


@dataclass
class Watched:
    """A page with what it asked for, and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


type Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a page of an address, at a width, in a colour scheme; check afterwards what it asked for."""
    opened: list[Watched] = []

    def visiting(address: str, width: int = 1280, scheme: str = "light") -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal
            reduced_motion="reduce",
        )
        watched = Watched(context.new_page())
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("websocket", lambda socket: watched.requests.append(socket.url))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on(
            "console",
            lambda said: said.type == "error" and watched.complaints.append(said.text),
        )
        watched.page.goto(address)
        opened.append(watched)
        return watched

    yield visiting
    for one in opened:
        one.page.context.close()
        own = ("http://127.0.0.1:", "ws://127.0.0.1:", "blob:http://127.0.0.1:", "data:")
        assert [url for url in one.requests if not url.startswith(own)] == []
        assert one.complaints == []


def settled(page: Page) -> None:
    """Wait until the server has answered and the answer is on the screen."""
    page.locator("body:not(.busy) #charts svg text.label").first.wait_for()


def command(*arguments: str) -> list[str]:
    return as_command(*arguments)
