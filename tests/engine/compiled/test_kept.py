"""Modules that are compiled are imported once, and whole."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from defectsim.engine.compiled.compile import kept


def test_threads_that_ask_at_once_get_the_whole_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFECTSIM_CACHE_DIR", str(tmp_path))
    monkeypatch.delitem(sys.modules, "defectsim_slow", raising=False)
    text = "from time import sleep\nsleep(0.5)\nlast = given\n"
    with ThreadPoolExecutor(1) as other:
        first = other.submit(kept, "defectsim_slow", text, {"given": 1})
        while "defectsim_slow" not in sys.modules and not first.done():
            time.sleep(0.01)
        assert kept("defectsim_slow", text, {"given": 1}).last == 1
        assert first.result() is kept("defectsim_slow", text, {"given": 1})
    monkeypatch.delitem(sys.modules, "defectsim_slow")
