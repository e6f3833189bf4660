"""What README and documentation show runs as shown."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pages import PROJECT, Page, targets

PAGES = ["README.md", *sorted(str(path) for path in Path("docs").rglob("*.md"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree("scenarios", tmp_path / "scenarios")
    return tmp_path


def run(page: str, folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
    command = [sys.executable, str(PROJECT / "tests/support/pages.py"), str(PROJECT / page)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.long
class TestHowTo:  # a class of their own, so that they can run beside the others
    @pytest.mark.parametrize("page", [page for page in PAGES if "how-to" in page])
    def test_a_page_runs_from_top_to_bottom(self, page: str, folder: Path) -> None:
        run(page, folder)


@pytest.mark.long
class TestOthers:
    @pytest.mark.parametrize("page", [page for page in PAGES[1:] if "how-to" not in page])
    def test_a_page_runs_from_top_to_bottom(self, page: str, folder: Path) -> None:
        run(page, folder)


@pytest.mark.long
def test_the_readme_runs_from_top_to_bottom(folder: Path) -> None:
    run("README.md", folder)


@pytest.mark.parametrize("page", PAGES)
def test_targets_of_make_are_there(page: str) -> None:
    assert set(re.findall(r"`make ([a-z-]+)", Path(page).read_text())) <= targets()


def test_links_of_the_readme_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", Path("README.md").read_text()):
        assert link.startswith("https://") or Path(link).exists(), link


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("```python\n1 / 0\n```\n", "page.md:2: division by zero"),
        ("```ruby\nputs 1\n```\n", "nobody knows how to run ruby"),
        ("```\n1\n```\n", "without a language"),
        ("1. A list\n\n    ```python\n    1 / 0\n    ```\n", "not understood"),
        ("```console\n$ false\n```\n", "false ended with 1"),
        ("```console\n$ make nonsense\n```\n", "no target"),
        ("```console\necho yes\n```\n", "begins with"),
        ("```python\nprint(1)\nprint(2)\n```\n\n```text\n2\n1\n```\n", "'1' is not printed"),
        ('```python title="alone.py"\n1\n```\n', "nothing on the page uses alone.py"),
        (
            '```yaml title="scenarios/venezuela-2019.yaml"\n1\n```\nscenarios/venezuela-2019.yaml\n',
            "something else",
        ),
        ("```yaml\nclok: {}\n```\n", "did you mean 'clock'"),
    ],
)
def test_a_page_that_does_not_run_is_found_out(
    shown: str, why: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Path("page.md").write_text(shown)
    with pytest.raises((AssertionError, ValueError), match=re.escape(why)):
        Page(Path("page.md")).run()


def test_files_commands_and_python_share_a_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    shown = '```text title="a.txt"\none\n```\n```console\n$ cat a.txt\n```\n```text\no...e\n```\n'
    Path("page.md").write_text(shown)
    Page(Path("page.md")).run()
