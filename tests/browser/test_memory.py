"""Tabs that are closed leave no world, and the memory of the server stays on a plateau."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from browser.conftest import settled
from defectsim.app.catalogue import Catalogue
from defectsim.app.server import address, listen, server_of, warm
from defectsim.app.visitor import Shared
from defectsim.app.worlds import WORLDS

pytestmark = pytest.mark.browser

TABS = 10


@pytest.fixture
def here(tmp_path: Path) -> Iterator[str]:
    """Serve the full army from a thread of this process, and return the address."""
    catalogue, listener = Catalogue.of(None), listen(0)
    setup = warm(catalogue.document(catalogue.first).scenario)
    server = server_of(Shared(catalogue, tmp_path, warm=setup))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield address(listener)
    server.should_exit = True
    thread.join(30)


def visit_all(browser: Browser, address: str) -> int:
    """Open tabs beside each other, each with two worlds, and close them; return the most worlds."""
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(TABS)]
    for tab in tabs:
        tab.goto(address)
        settled(tab)
        tab.get_by_label("Compare with").select_option("as written")
        settled(tab)
        tab.get_by_role("button", name="Step").click()
        settled(tab)
    most = len(WORLDS)
    context.close()
    end = time.monotonic() + 30
    while len(WORLDS) and time.monotonic() < end:
        time.sleep(0.1)
    return most


def test_ten_tabs_leave_no_world_and_a_plateau_of_memory(browser: Browser, here: str) -> None:
    used = []
    for _ in range(3):
        assert visit_all(browser, here) == 2 * TABS
        assert len(WORLDS) == 0
        time.sleep(1)  # until the last tab's memory is given back
        used.append(psutil.Process().memory_info().rss / 2**20)
    print("memory after ten tabs, three times: " + ", ".join(f"{one:.0f} MiB" for one in used))
    assert used[2] < used[1] * 1.1, "what ten tabs have taken serves the next ten"
