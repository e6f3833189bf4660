import os
import sys

import pytest
from benchmarks.process import pin, run


def test_memory_is_that_of_the_process():
    small = run([sys.executable, "-c", "print('said')"], {})
    large = run([sys.executable, "-c", f"block = b'x' * {300 * 2**20}"], {})
    assert small.output == "said\n"
    assert 300 < large.peak_mib < 300 + small.peak_mib + 10


def test_memory_is_not_that_of_who_measures():
    block = bytes(300 * 2**20)[::-1]
    assert run([sys.executable, "-c", "pass"], {}).peak_mib < 100 < len(block)


def test_memory_is_also_that_of_children():
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'block = bytes(300 * 2**20)[::-1]'])"
    assert run([sys.executable, "-c", child], {}).peak_mib > 300


def test_environment_is_added():
    assert (
        run(
            [sys.executable, "-c", "import os; print(os.environ['ADDED'])"], {"ADDED": "yes"}
        ).output
        == "yes\n"
    )


def test_a_failure_says_what_was_written():
    with pytest.raises(ChildProcessError, match=r"-c .* ended with 3:\nno good\n"):
        run(
            [sys.executable, "-c", "import sys; print('no good', file=sys.stderr); sys.exit(3)"], {}
        )


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="the system does not keep processes to cores"
)
def test_pinned_to_one_core():
    allowed = os.sched_getaffinity(0)
    try:
        core = pin()
        assert os.sched_getaffinity(0) == {core} <= allowed
    finally:
        os.sched_setaffinity(0, allowed)
