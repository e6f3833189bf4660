"""Studies with faults, the commands that meet them, and what these did that they must not."""

import hashlib
import os
import random
import shutil
import signal
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from tools.strangers.catalogue import CHECKPOINT, COMPLETE, INCOMPLETE, Fault

import defectsim as ds
from defectsim.cli import main
from defectsim.execution.simulator import RunResult
from defectsim.store import parts

SCENARIO = """
name: small
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-05-01}
forces:
  branches: {army: {strength: 50, generals: 5}, guard: {strength: 25, generals: 2}}
  company: {officer: 2, nco: 2, enlisted: 6}
people: {pay: {enlisted: 10, nco: 12, officer: 20, general: 100}, outside: {lognormal: [200, 0.5]}}
behaviour: {soldier: {parameters: {base_desertion: 0.3}}}
policies:
  ban: {lever: travel_ban, value: 0.2, effective: 2018-03-01}
"""
EXTENDED = "extended"
REPLICATES, MORE = 4, 5
_SECONDS = 300
_REFUSED = 2

type Command = Callable[[Path], int]


class _TooLong(BaseException):
    """A command that did not end, as those do that wait for a pipe."""


class _Stopped(ds.ProgressCallback):
    """Stops a study after three runs: those of one part, and one that waits for the next."""

    done = 0

    def on_result(self, _: RunResult) -> None:
        self.done += 1

    def should_stop(self) -> bool:
        return self.done >= 3


class Ordeal:
    """Studies in a folder beside the working folder, in which faults are planted one by one.

    Attributes
    ----------
    found
        How often something was done that must not be, by its kind.
    commands
        Number of commands that were given.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.found = dict.fromkeys(
            ("writes outside", "runs of code", "altered tables called good", "tracebacks"), 0
        )
        self.commands = 0
        self._random = random.Random(seed)
        self._whole, self._elsewhere = folder / "whole", folder / "elsewhere"
        self._study, self._mine = folder / "theirs" / "study", folder / "mine"
        for made in (self._whole, self._mine):
            made.mkdir()
        os.chdir(self._mine)
        parts.RUNS_PER_PART = 2  # so that small studies have several parts
        self._make()
        self._tables = {
            name: tables(self._whole / name) for name in (COMPLETE, INCOMPLETE, EXTENDED)
        }

    def undergo(self, fault: Fault) -> Iterator[str]:
        """Plant a fault anew for each command, and yield what the command did that it must not."""
        commands = _LOADING if fault.target == CHECKPOINT else COMMANDS
        state = self._random.getrandbits(32)
        for name, command in commands.items():
            for folder in (self._elsewhere, self._study.parent):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            study = self._study
            if fault.target == CHECKPOINT:
                shutil.copy(self._whole / CHECKPOINT, study)
            else:
                shutil.copytree(self._whole / fault.target, study)
            fault.plant(study, self._elsewhere, random.Random(state))
            for kind, what in self._met(fault, name, command):
                self.found[kind] += 1
                yield f"{name}: {kind}: {what}"

    def _met(self, fault: Fault, name: str, command: Command) -> Iterator[tuple[str, str]]:
        """Give a command, and yield what it did that it must not, by its kind."""
        self.commands += 1
        before = _contents(self._elsewhere), _contents(self._mine)
        try:
            with _limited():
                code, text = _typed(command, self._study)
        except BaseException as error:  # whatever it is, no user may see it
            yield "tracebacks", f"{type(error).__name__}: {error}"
            return
        if "Traceback" in text or code not in (0, 1, _REFUSED):
            yield "tracebacks", text
        ran = (self._elsewhere / "ran").exists()
        if ran:
            yield "runs of code", text
        if not ran and (_contents(self._elsewhere), _contents(self._mine)) != before:
            yield "writes outside", text
        good = self._tables.get(_AFTER.get(name, fault.target))
        if code == 0 and name in _JUDGING and tables(self._study) != good:
            yield "altered tables called good", text

    def _make(self) -> None:
        """Make the studies in which faults are planted, and a checkpoint."""
        scenario = self._mine / "small.yaml"
        scenario.write_text(SCENARIO)
        both = {"without": ds.load(scenario, ["policies.ban.value=0"]), "with": ds.load(scenario)}

        def compare(name: str, **options: ds.ProgressCallback) -> None:
            ds.compare(
                both,
                replicates=REPLICATES,
                seed=1,
                out=self._whole,
                name=name,
                workers=1,
                **options,
            )

        compare(COMPLETE)
        compare(INCOMPLETE, progress=_Stopped())
        shutil.copytree(self._whole / COMPLETE, self._whole / EXTENDED)
        ds.resume(self._whole / EXTENDED, replicates=MORE, workers=1)
        model = ds.DefectionModel(both["with"], 1)
        model.run(4)
        ds.save_checkpoint(model, self._whole / CHECKPOINT)


def _resume(study: Path) -> int:
    return _defectsim("resume", str(study), "--workers", "1")


def _extend(study: Path) -> int:
    return _defectsim("extend", str(study), "--replicates", str(MORE), "--workers", "1")


def _verify(study: Path) -> int:
    return _defectsim("verify", str(study), "--sample", "99", "--seed", "1")


def _plot(study: Path) -> int:
    return _defectsim("plot", str(study))


def _table(study: Path) -> int:
    Console().print(ds.Study.open(study).table())
    return 0


def _load(file: Path) -> int:
    ds.load_checkpoint(file, ds.load("small.yaml"))
    return 0


COMMANDS: dict[str, Command] = {
    "resume": _resume,
    "extend": _extend,
    "verify": _verify,
    "plot": _plot,
    "table": _table,
}
_LOADING: dict[str, Command] = {"load_checkpoint": _load}
_JUDGING = ("resume", "extend", "verify")
"""Commands that call a study good by their success."""
_AFTER = {"resume": COMPLETE, "extend": EXTENDED}
"""Study whose tables must be there after a command; default: that in which the fault was planted."""


def _defectsim(*arguments: str) -> int:
    """Type ``defectsim`` and arguments; return the exit code."""
    with (
        patch.object(sys, "argv", ["defectsim", *arguments]),
        patch.object(sys, "path", [*sys.path]),
    ):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def _typed(command: Command, target: Path) -> tuple[int, str]:
    """Give a command; return its exit code, and what it printed."""
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = command(target)
        except ds.UserError as refusal:
            return refusal.exit_code, str(refusal)
    return code, said.getvalue()


@contextmanager
def _limited() -> Iterator[None]:
    """End a command that does not."""

    def end(*_: object) -> None:
        raise _TooLong(f"no end after {_SECONDS} seconds")

    previous = signal.signal(signal.SIGALRM, end)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def tables(study: Path) -> dict[str, str]:
    """Return a hash of each table of a study."""
    return {name: known for name, known in _contents(study).items() if name.endswith(".parquet")}


def _contents(folder: Path) -> dict[str, str]:
    """Return what is in a folder and below it: hashes of files, and kinds of all else."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        regular = stat.S_ISREG(mode)
        known = hashlib.sha256(path.read_bytes()).hexdigest() if regular else stat.filemode(mode)
        found[str(path.relative_to(folder))] = known
    return found
