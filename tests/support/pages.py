"""Runs what a page of documentation shows, from top to bottom, in one process and the working folder.

    python tests/support/pages.py docs/tutorial.md

Blocks with a title are written to files of that name; a file of the project must say the same. Python runs. Of
`console`, lines after `$ ` run in a shell; what sets the project up is only looked for. YAML without a title is laid
over the default scenario and must load. `text` directly below Python or `console` is what these print, `...` standing
for anything. Nothing else is let through.
"""

import contextlib
import io
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).parents[2]
DEFAULT_SCENARIO = "scenarios/venezuela-2019.yaml"
ACTIVATION = "source .venv/bin/activate"
FENCE = re.compile(
    r"^```(?P<language>[^\s`]*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.M | re.S
)


class Block(NamedTuple):
    language: str
    title: str | None
    text: str
    line: int
    """Number of the line above its first."""
    follows: bool
    """Whether nothing stands between it and the block above."""


def blocks(page: str) -> Iterator[Block]:
    """Find the blocks of a page, and refuse what looks like one but would escape."""
    end = -1
    for found in FENCE.finditer(page):
        line = page[: found.start("text")].count("\n")
        follows = end >= 0 and not page[end : found.start()].strip()
        yield Block(found["language"], found["title"], found["text"], line, follows)
        end = found.end()
    left = FENCE.sub("", page)
    if "```" in left or "~~~" in left:
        raise ValueError(
            f"a block that is not understood: {left[re.search('```|~~~', left).start() :][:80]!r}"
        )


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M))


class Page:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.blocks = list(blocks(path.read_text(encoding="utf-8")))
        self.names: dict[str, Any] = {"__name__": "page"}

    def run(self) -> None:
        printed = ""
        for block in self.blocks:
            try:
                printed = self._run(block, printed)
            except (
                Exception
            ) as error:  # whatever a block does wrong is told with its place on the page
                raise AssertionError(f"{self.path}:{block.line + 1}: {error}") from error

    def _run(self, block: Block, printed: str) -> str:
        if block.title:
            self._write(block)
            return ""
        match block.language:
            case "python":
                return self._python(block)
            case "console":
                return "".join(map(self._command, block.text.splitlines()))
            case "yaml":
                self._fragment(block)
            case "text":
                if block.follows:
                    compare(block.text, printed)
            case other:
                raise ValueError(f"nobody knows how to run {other or 'a block without a language'}")
        return ""

    def _write(self, block: Block) -> None:
        stem = Path(block.title).stem
        original = PROJECT / block.title
        if original.exists() and original.read_text(encoding="utf-8") != block.text:
            raise ValueError(f"{block.title} says something else in the project")
        if not any(stem in other.text for other in self.blocks if other is not block):
            raise ValueError(f"nothing on the page uses {block.title}")
        Path(block.title).write_text(block.text, encoding="utf-8")

    def _python(self, block: Block) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile("\n" * block.line + block.text, str(self.path), "exec"), self.names)
        return out.getvalue()

    def _command(self, line: str) -> str:
        if not line.startswith("$ "):
            raise ValueError(
                f"a command begins with '$ ', and what it prints is a block of text: {line!r}"
            )
        command = line.removeprefix("$ ")
        if command == ACTIVATION:
            return ""
        if command.startswith("make "):
            if unknown := set(command.split()[1:]) - targets():
                raise ValueError(f"the Makefile has no target {unknown}")
            return ""
        both = subprocess.STDOUT
        done = subprocess.run(
            command, shell=True, stdout=subprocess.PIPE, stderr=both, text=True, check=False
        )
        if done.returncode:
            raise ValueError(f"{command} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def _fragment(self, block: Block) -> None:
        import defectsim as ds

        file = Path(f"fragment-{block.line}.yaml")
        file.write_text(f"extends: {DEFAULT_SCENARIO}\n{block.text}", encoding="utf-8")
        ds.load(file)


def compare(shown: str, printed: str) -> None:
    """Raise where a line that is shown was not printed after the one above it."""
    lines = iter([line.rstrip() for line in printed.splitlines()])
    for line in shown.splitlines():
        pattern = ".*".join(map(re.escape, line.rstrip().split("...")))
        if line.strip() and not any(re.fullmatch(pattern, other) for other in lines):
            raise ValueError(f"{line!r} is not printed (there):\n{printed}")


if __name__ == "__main__":
    sys.path.insert(0, "")
    try:
        Page(Path(sys.argv[1])).run()
    except AssertionError as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        sys.exit(str(error))
