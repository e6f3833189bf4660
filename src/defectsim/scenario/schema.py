"""What a scenario says, section by section; each section is declared in the room that uses it."""

import hashlib
import json
import keyword
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from defectsim.core.clock import Clock
from defectsim.core.code import Code
from defectsim.core.parameters import CodeSection
from defectsim.core.section import Number, PositiveCount, Refusal, Section, refuse, refuse_all
from defectsim.model.institutions import ConspiracyRules, NewsRules, RecordingRules, VacancyRules
from defectsim.model.levers import LEVERS, Lever, OwnLever
from defectsim.model.person import COLUMNS, PEOPLE_COLUMNS
from defectsim.model.rule import NEWS_FIELDS
from defectsim.policies.acts import ActSection
from defectsim.policies.calendar import Calendar
from defectsim.policies.conflicts import Conflicts, between_steps, opposed, strangers
from defectsim.policies.observers import ObserverSection
from defectsim.policies.policy import Conditions, Policy
from defectsim.population.spec import Forces, Name, People, filled, unsaid
from defectsim.rules.bindings import Behaviour
from defectsim.scenario.references import References, declared_names


class RecordSection(Section):
    """What a study keeps beside a row a run."""

    series: Annotated[
        Literal["full", "quantiles", "none"],
        Field(
            description="what is kept of the counts by date, branch and rank: those of every run, only their quantiles "
            "over the runs, or nothing"
        ),
    ] = "full"
    every: Annotated[
        PositiveCount,
        Field(
            description="every so many dates the series are kept, and at the first and the last one"
        ),
    ] = Number(value=1)
    events: Annotated[bool, Field(description="whether every change of status is kept")] = True


def _free(name: str) -> str:
    if name in LEVERS or name in NEWS_FIELDS or keyword.iskeyword(name):
        raise refuse("this name is taken; choose another")
    return name


OwnName = Annotated[Name, AfterValidator(_free)]
"""What a scenario can call a lever of its own: none of the names that `country` has already."""

NAMING: dict[str, TypeAdapter[Any]] = {
    "conditions": TypeAdapter(Conditions),
    "policies": TypeAdapter(dict[Name, Policy]),
    "acts": TypeAdapter(dict[Name, ActSection]),
}
"""The sections that name branches and levers, which other sections declare."""


class Scenario(Section):
    """A scenario, resolved: what is run, and what is stored beside the results."""

    name: Annotated[
        str,
        Field(pattern="^[a-z0-9][a-z0-9_.-]*$", description="of the scenario, and of its studies"),
    ]
    question: Annotated[str, Field(description="what the scenario asks, in a sentence")]
    clock: Clock
    forces: Forces
    behaviour: Behaviour = Field(default_factory=Behaviour)
    people: People = Field(default_factory=People, validate_default=True)
    levers: Annotated[
        dict[OwnName, OwnLever], Field(description="levers of the scenario's own")
    ] = {}
    conditions: Annotated[
        dict[str, Number], Field(description="levers as they stand where no policy moves them")
    ] = {}
    policies: dict[Name, Policy] = {}
    """What governments do to levers, each by a name of yours."""
    acts: dict[Name, ActSection] = {}
    """What governments do to people, by functions of the scenario's own."""
    observers: dict[Name, ObserverSection] = {}
    """What is counted besides, by functions of the scenario's own."""
    news: NewsRules = NewsRules()
    plots: ConspiracyRules = ConspiracyRules()
    command: VacancyRules = VacancyRules()
    recording: RecordingRules = RecordingRules()
    record: RecordSection = RecordSection()
    replicates: PositiveCount = Number(value=40)
    """How many lives a study has where nobody says otherwise."""

    @model_validator(mode="before")
    @classmethod
    def _hand_on_what_is_declared(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        known = declared_names(data)
        return {**data, **{name: References(data.get(name, {}), known) for name in NAMING}}

    @field_validator(*NAMING, mode="wrap")
    @classmethod
    def _validate_within(cls, part: References, _: object, info: ValidationInfo) -> Any:
        return NAMING[str(info.field_name)].validate_python(
            part.said, context={**(info.context or {}), **part.known}
        )

    @field_validator("policies")
    @classmethod
    def _policies_make_sense_together(
        cls, policies: dict[str, Policy], info: ValidationInfo
    ) -> dict[str, Policy]:
        faults: list[Refusal] = []
        said, levers = info.data, _every(info.data.get("levers", {}))
        if {"clock", "levers"} <= said.keys():
            faults += between_steps(policies, said["clock"], levers)
        if "forces" in said:
            faults += strangers(policies, said["forces"])
        if {"forces", "conditions", "levers"} <= said.keys():
            faults += Conflicts(policies, said["conditions"], levers, said["forces"]).found()
        refuse_all(faults)
        return policies

    @field_validator("acts")
    @classmethod
    def _acts_are_done(
        cls, acts: dict[str, ActSection], info: ValidationInfo
    ) -> dict[str, ActSection]:
        faults: list[Refusal] = []
        if "clock" in info.data:
            clock = info.data["clock"]
            missed = [
                n
                for n, act in acts.items()
                if act.date < clock.start or clock.step_on(act.date) >= clock.steps
            ]
            faults += [
                ((name, "date"), "no step begins on this date, or after it, within the clock")
                for name in missed
            ]
        if "forces" in info.data:
            faults += strangers(acts, info.data["forces"]) + opposed(acts, info.data["forces"])
        refuse_all(faults)
        return acts

    @field_validator("recording")
    @classmethod
    def _orders_follow_the_start(
        cls, recording: RecordingRules, info: ValidationInfo
    ) -> RecordingRules:
        if "clock" in info.data:
            start = info.data["clock"].start
            message = f"the clock starts only on {start}: an order before it strikes nobody off; leave it out"
            refuse_all(
                (("orders", place), message)
                for place, date in enumerate(recording.orders or ())
                if date < start
            )
        return recording

    @field_validator("people")
    @classmethod
    def _people_have_what_they_must(cls, people: Any, info: ValidationInfo) -> Any:
        if "forces" in info.data:
            reads = info.data["behaviour"].reads if "behaviour" in info.data else lambda *_: False
            refuse_all(unsaid(info.data["forces"], people, reads))
        return filled(people)

    @model_validator(mode="after")
    def _agents_hide_no_column(self) -> Self:
        said = (self.people, *(branch.people for branch in self.forces.branches.values()))
        columns = sorted(
            {
                *COLUMNS,
                *PEOPLE_COLUMNS,
                "status",
                "ties_defected",
                *(name for people in said for name in people.attributes),
            }
        )
        refuse_all(
            (
                ("behaviour", who, "rule"),
                f"{section.rule}: its own {name} hides the column of that name; rename it",
            )
            for who, section in self.behaviour.sections.items()
            if isinstance(section.code.thing, type) and (agents := section.decision.agents)
            for name in columns
            if agents.hides(name)
        )
        return self

    @property
    def every_lever(self) -> dict[str, Lever]:
        """All levers of the run: the shipped ones and the scenario's own."""
        return _every(self.levers)

    @property
    def calendar(self) -> Calendar:
        """What governments do, and when."""
        conditions = {name: number.value for name, number in self.conditions.items()}
        branches = tuple(sorted(self.forces.branches))
        return Calendar(self.policies, conditions, self.clock, branches, self.every_lever)

    def __repr__(self) -> str:
        return f"<Scenario {self.name}, hash {self.hash[:12]}>"

    def _repr_html_(self) -> str:
        from defectsim.core.html import as_html
        from defectsim.scenario.views.outline import outline

        return as_html(outline(self))

    def dump(self) -> dict[str, Any]:
        """Return the scenario as plain data, without what is not said."""
        return self.model_dump(exclude_none=True)

    @property
    def code(self) -> dict[str, Code]:
        """The code that the scenario names, by where it names it."""
        sections: dict[str, Mapping[str, CodeSection]] = {
            "behaviour": self.behaviour.sections,
            "acts": self.acts,
            "observers": self.observers,
        }
        return {
            f"{part}.{name}": one.code
            for part, named in sections.items()
            for name, one in named.items()
        }

    @property
    def scripted(self) -> bool:
        """Whether something is done in ordinary Python between steps: acts, observers, agents' own steps."""
        stepping = any(
            isinstance(section.code.thing, type) for section in self.behaviour.sections.values()
        )
        return bool(self.acts or self.observers or stepping)

    @property
    def files(self) -> dict[str, str]:
        """The files with code that the scenario names, and what they say."""
        return {code.file: code.text for code in self.code.values() if code.file and code.text}

    @property
    def hash(self) -> str:
        """A hash of all that the scenario says, whatever the order in which it says it."""
        return hashlib.sha256(
            json.dumps(self.model_dump(mode="json", exclude_none=True), sort_keys=True).encode()
        ).hexdigest()


def _every(own: Mapping[str, OwnLever]) -> dict[str, Lever]:
    return LEVERS | {name: lever.lever for name, lever in own.items()}
