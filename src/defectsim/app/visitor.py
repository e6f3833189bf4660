"""A visitor of the page: their scenario, their worlds and their study, which nobody else sees."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

from defectsim.app.catalogue import Catalogue
from defectsim.app.levers import overrides, sliders
from defectsim.app.messages import Ask, Change, Check, Message, Open, StartStudy, Step
from defectsim.app.studies import PageProgress, Tell, listed, run_small
from defectsim.app.worlds import Differences, ShownWorld, comparable
from defectsim.core.errors import AppError, Fault, ScenarioError
from defectsim.engine.setup import StudySetup
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.overrides import override, yaml_text
from defectsim.scenario.reading.tree import Node, plain
from defectsim.scenario.schema import Scenario

WRITTEN = "as written"
"""Name of the scenario as its file has it, to compare a changed one with."""
_MOST_WEEKS = 2_000
"""Most steps that a page asks for at once."""
_LOG = logging.getLogger(__name__)

type Reply = dict[str, Any]


@dataclass(frozen=True)
class Shared:
    """Settings that all visitors share, none of which they can change.

    Attributes
    ----------
    studies
        Folder of the stored studies.
    study
        Name of the study that a page opens at once.
    warm
        Setup of the first scenario, whose army others share where it is the same.
    """

    catalogue: Catalogue
    studies: Path
    study: str | None = None
    warm: StudySetup | None = None


class Visitor:
    """State of one page, which answers messages one after the other.

    Parameters
    ----------
    tell
        Function that sends the page what nobody asked for: progress of a study.
    """

    def __init__(self, shared: Shared, tell: Tell) -> None:
        self._shared, self._tell = shared, tell
        self._name, self._text, self._seed = shared.catalogue.first, "", 1
        self._document: ScenarioDocument | None = None
        self._moved: dict[str, float] = {}
        self._worlds: list[ShownWorld] = []
        self._differences: Differences | None = None
        self._study: PageProgress | None = None

    def answer(self, message: Message) -> Iterator[Reply]:
        """Yield the replies to a message of the page."""
        answers: dict[str, Callable[[Any], Iterator[Reply]]] = {
            "hello": self._hello,
            "open": self._open,
            "change": self._begin,
            "step": self._step,
            "check": self._check,
            "download": self._download,
            "study": self._start_study,
            "cancel": self._cancel,
            "studies": self._list_studies,
        }
        yield from answers[message.do](message)

    def leave(self) -> None:
        """Drop worlds, and stop a study, since the page is closed."""
        self._worlds, self._differences, self._document = [], None, None
        if self._study:
            self._study.stop.set()

    def _hello(self, _: Ask) -> Iterator[Reply]:
        shared = self._shared
        yield {
            "type": "hello",
            "groups": shared.catalogue.groups,
            "first": shared.catalogue.first,
            "study": shared.study,
            "studies": listed(shared.studies),
            "folder": str(shared.studies),
        }

    def _open(self, message: Open) -> Iterator[Reply]:
        """Open a scenario, or what the page's editor has for it."""
        catalogue = self._shared.catalogue
        name, text = message.scenario, message.text
        document = self._read(name, text)
        if isinstance(document, ScenarioDocument):
            self._seed, self._name, self._document = message.seed, name, document
            self._text = catalogue.text(name) if text is None else text
            yield {
                "type": "scenario",
                "name": name,
                "text": self._text,
                "edited": text is not None and text != catalogue.text(name),
                "sliders": [asdict(one) for one in sliders(document)],
            }
            yield from self._begin(message)
        else:
            yield self._faults(document, name)

    def _read(self, name: str, text: str | None) -> ScenarioDocument | ScenarioError:
        try:
            return self._shared.catalogue.document(name, text)
        except ScenarioError as error:
            return error

    def _faults(self, error: ScenarioError, name: str) -> Reply:
        """Return the faults of a scenario; those of its own file are at a line of the editor."""
        here = self._shared.catalogue.shown(name)
        faults = [{**asdict(one), "here": one.file == here} for one in error.faults]
        return {"type": "faults", "faults": faults}

    def _check(self, message: Check) -> Iterator[Reply]:
        read = self._read(self._name, message.text)
        found = (
            self._faults(read, self._name) if isinstance(read, ScenarioError) else {"faults": []}
        )
        yield {**found, "type": "checked"}

    def _begin(self, message: Open | Change) -> Iterator[Reply]:
        """Begin the worlds anew, with levers as they stand, and go on to the week of before."""
        document = self._opened()
        try:
            scenario = document.with_overrides(overrides(document, message.moved))
        except ScenarioError as error:
            yield self._faults(error, self._name)
            return
        self._moved, scenarios = message.moved, [scenario]
        if message.against:
            scenarios.append(self._base(message.against))
            self._expect_comparable(*scenarios)
        self._worlds, self._differences = [], None  # frees the memory before it is taken again
        warm = self._shared.warm
        self._worlds = [ShownWorld(one, self._seed, warm) for one in scenarios]
        if message.against:
            self._differences = Differences(*self._worlds)
        army = self._worlds[0].description
        yield {"type": "opened", "army": army, "against": message.against}
        yield self._frame(message.week)

    def _expect_comparable(self, scenario: Scenario, base: Scenario) -> None:
        if not comparable(scenario, base):
            raise AppError(
                f"{base.name} has another army, or other dates: nobody can be compared with "
                "themselves; compare with a scenario of the same forces and clock"
            )

    def _base(self, against: str) -> Scenario:
        """Return the scenario that another is compared with."""
        name = self._name if against == WRITTEN else against
        return self._shared.catalogue.document(name).scenario

    def _opened(self) -> ScenarioDocument:
        if self._document is None:
            raise AppError("no scenario is open: choose one first")
        return self._document

    def _step(self, message: Step) -> Iterator[Reply]:
        yield self._frame(message.weeks)

    def _frame(self, weeks: int) -> Reply:
        """Take some steps, and return what is new."""
        for world in self._worlds:
            world.advance(min(weeks, _MOST_WEEKS))
        return {
            "type": "frame",
            "worlds": [world.frame() for world in self._worlds],
            "differ": self._differences.now() if self._differences else None,
        }

    def _changed(self) -> Scenario:
        """Return the scenario with levers as they stand, under a name of its own if any is moved."""
        document = self._opened()
        scenario = document.with_overrides(overrides(document, self._moved))
        edited = self._text != self._shared.catalogue.text(self._name)
        if not (self._moved or edited):
            return scenario
        return scenario.model_copy(update={"name": f"{scenario.name}-changed"})

    def _download(self, _: Ask) -> Iterator[Reply]:
        """Give the scenario as it stands as one file, with the sources of its numbers."""
        document, name = self._opened(), self._changed().name
        tree, faults = document.tree, list[Fault]()
        for text in overrides(document, self._moved):
            tree = override(tree, text, faults)
        moved = "".join(f"#   {path}={value}\n" for path, value in self._moved.items())
        head = f"# From {self._name}, by defectsim app.\n" + (f"# Moved:\n{moved}" if moved else "")
        written = plain(replace(tree, value={key: tree.entries[key] for key in _ordered(tree)}))
        whole = yaml_text({**written, "name": name})  # type: ignore[dict-item]  # a mapping
        yield {"type": "file", "name": f"{name}.yaml", "text": head + whole}

    def _start_study(self, message: StartStudy) -> Iterator[Reply]:
        if self._study is not None:
            raise AppError("a study is running: wait for its end, or cancel it")
        changed = self._changed()
        scenarios = {changed.name: changed}
        if message.against:
            base = self._base(message.against)
            scenarios = {base.name: base, **scenarios}
            if len(scenarios) < 2:
                raise AppError("there is nothing to compare: move a lever first")
        progress, simulate = run_small(
            scenarios, message.replicates, self._seed, self._shared.studies, self._tell
        )
        self._study = progress
        Thread(target=self._simulate, args=(simulate,), daemon=True).start()
        yield {"type": "progress", "what": "begins", "done": 0}

    def _simulate(self, simulate: Callable[[], None]) -> None:
        """Run a study to its end, of which the page hears even if the fault is ours."""
        try:
            simulate()
        except Exception as error:  # the page hears of our own faults too
            _LOG.exception("a study of a page has failed")
            self._tell({"type": "study", "error": f"defectsim has failed: {error!r}"})
        finally:
            self._study = None

    def _cancel(self, _: Ask) -> Iterator[Reply]:
        if self._study:
            self._study.stop.set()
            yield {"type": "progress", "what": "finishing the runs in hand"}

    def _list_studies(self, _: Ask) -> Iterator[Reply]:
        yield {"type": "studies", "studies": listed(self._shared.studies)}


def _ordered(tree: Node) -> list[str]:
    """Return the keys of a scenario, those first that say what it is about."""
    return sorted(tree.entries, key=lambda key: key not in ("name", "question"))
