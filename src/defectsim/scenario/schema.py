"""A scenario, section by section; each section is declared in the room that uses it."""

import hashlib
import json
import keyword
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Literal, NoReturn, Self

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from defectsim.core.clock import MOST_STEPS, Clock
from defectsim.core.code.loading import Code, shipped
from defectsim.core.functions import codes
from defectsim.core.parameters import CodeSection
from defectsim.core.section import (
    RUNS,
    FileName,
    Identifier,
    Number,
    Refusal,
    Section,
    Size,
    details_of,
    refusals,
    refuse,
    refuse_all,
    valid_entries,
)
from defectsim.model.institutions import (
    CommandRules,
    ConspiracyRules,
    NewsRules,
    ProsecutionRules,
    RecordingRules,
)
from defectsim.model.levers import LEVERS, Lever, OwnLever
from defectsim.model.person import COLUMNS, PEOPLE_COLUMNS
from defectsim.model.rule import NEWS_FIELDS, TIES, Rates, Rule
from defectsim.policies import conflicts
from defectsim.policies.acts import ActSection
from defectsim.policies.calendar import Calendar
from defectsim.policies.observers import ObserverSection
from defectsim.policies.outcomes import OutcomeName, OutcomeSection
from defectsim.policies.policy import Conditions, Policy
from defectsim.policies.series import LeverValue, amount
from defectsim.population.forces import (
    Forces,
    block_sizes,
    lacking_columns,
    people_faults,
    understood,
)
from defectsim.population.names import unknown_person
from defectsim.population.people import People
from defectsim.rules.bindings import Behaviour, RuleSection, state_faults, state_fields
from defectsim.rules.faults import FIELDS, Fields, faults


def declared_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `branches` and `levers` of a scenario not validated yet, by name.

    Branches are None if the section cannot be read. The shipped levers are included; a lever whose
    declaration has faults is None.
    """
    forces, own = data.get("forces"), data.get("levers")
    if isinstance(forces, Forces):
        forces = {"branches": forces.branches}
    branches = forces.get("branches") if isinstance(forces, Mapping) else None
    levers: dict[str, Lever | None] = dict(LEVERS)
    for name, lever in own.items() if isinstance(own, Mapping) else ():
        levers.setdefault(name, _lever(lever))
    return {
        "branches": branches if isinstance(branches, Mapping) else None,
        "levers": levers,
        "observers": _part(data, "observers"),
    }


def _lever(data: Any) -> Lever | None:
    try:
        return OwnLever.model_validate(data).lever
    except ValidationError:
        return None


LOADED = "a scenario, as defectsim.load returns it"
"""Words of messages for a scenario that a Python caller should give."""


class RecordSection(Section):
    """Tables that a study stores besides one row for each run."""

    series: Literal["full", "quantiles", "none"] = "full"
    """Counts by date, branch and rank: of every run, only their quantiles, or none."""
    every: Annotated[Number, Size(1, MOST_STEPS)] = Number(value=1)
    """Dates from one stored count to the next; the first and the last date are always stored."""
    events: bool = True
    """True to store every change of status."""
    causes: bool = False
    """True to store who, or what, brought each change of status about."""
    hazards: bool = False
    """True to store the cumulative hazards that people were exposed to, and the transitions that
    came of them."""
    regime: bool | None = None
    """True to tell what became of the regime; default: if anything in the model can change that."""


def _free(name: str) -> str:
    if name in LEVERS or name in NEWS_FIELDS or keyword.iskeyword(name):
        raise refuse("this name is taken; choose another")
    return name


OwnName = Annotated[Identifier, AfterValidator(_free)]
"""Name of a scenario's own lever: none that `country` has already."""

REFERRING: dict[str, TypeAdapter[Any]] = {
    "conditions": TypeAdapter(Conditions),
    "policies": TypeAdapter(dict[Identifier, Policy]),
    "acts": TypeAdapter(dict[Identifier, ActSection]),
    "outcomes": TypeAdapter(dict[OutcomeName, OutcomeSection]),
}
"""Sections that refer to branches, levers and observers of other sections."""


class Scenario(Section):
    """A scenario with every default filled in, as it is run and stored."""

    html_view: ClassVar[Callable[["Scenario"], str] | None] = None
    """Picture in notebooks; `api.run` sets it."""

    name: FileName
    """Name of the scenario, and of its studies."""
    question: str
    """The question that the scenario asks, in a sentence."""
    clock: Clock
    forces: Forces
    behaviour: Behaviour = Field(default_factory=Behaviour)
    people: People = Field(default_factory=People, validate_default=True)
    levers: dict[OwnName, OwnLever] = {}
    """Levers of the scenario's own."""
    conditions: dict[str, LeverValue] = {}
    """Values of levers where no policy moves them."""
    policies: dict[Identifier, Policy] = {}
    """Government policies that move levers, each under a name of your choice."""
    acts: dict[Identifier, ActSection] = {}
    """Government acts on people, by functions that the scenario names."""
    observers: dict[Identifier, ObserverSection] = {}
    """Further counts, by functions that the scenario names."""
    outcomes: dict[OutcomeName, OutcomeSection] = {}
    """Outcomes of the scenario's own, each under a name of your choice."""
    stay: list[str] | None = None
    """Names in tables of people who keep their status whatever happens, such as army-general-2: to
    see who would not have left without them."""
    news: NewsRules = NewsRules()
    plots: ConspiracyRules = ConspiracyRules()
    command: CommandRules = CommandRules()
    prosecution: ProsecutionRules = ProsecutionRules()
    recording: RecordingRules = RecordingRules()
    record: RecordSection = RecordSection()
    replicates: Annotated[Number, RUNS] = Number(value=40)
    """Replicates of a study, unless it asks for another number."""

    @model_validator(mode="wrap")
    @classmethod
    def _tell_what_is_missing(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Tell of columns that nobody gives, and of faults of rules, even if sections have faults."""
        try:
            whole = handler(data)
        except ValidationError as error:
            known = details_of(error)
            if not isinstance(data, Mapping):
                raise
            sections = valid_entries(Behaviour, data.get("behaviour"), info.context)
            told = [(one["loc"], one["msg"]) for one in error.errors()]
            lacking = _lacking(data, sections, info.context)
            known += refusals(one for one in lacking if one not in told)
            known += refusals(_rule_faults(sections, _readable(data)))
        else:
            known = refusals(_rule_faults(whole.behaviour.sections, _readable(whole)))
        if known:
            raise ValidationError.from_exception_data("scenario", known)
        return whole

    @model_validator(mode="before")
    @classmethod
    def _add_references(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        names = declared_names(data)
        return {**data, **{part: (data.get(part, {}), names) for part in REFERRING}}

    @field_validator(*REFERRING, mode="wrap")
    @classmethod
    def _validate_references(cls, part: Any, _: object, info: ValidationInfo) -> Any:
        section, names = part
        sections = {name: info.data.get(name) for name in ("clock", "forces")}
        context = {**(info.context or {}), **names, **sections}
        name = str(info.field_name)
        found, details = _valid_part(REFERRING[name], section, context)
        if name in _DISAGREEMENTS:
            details += refusals(_DISAGREEMENTS[name](found, info.data, not details))
        if details:
            raise ValidationError.from_exception_data("scenario", details)
        return found

    @field_validator("stay")
    @classmethod
    def _who_stays_exists(cls, names: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if "forces" in info.data:
            sizes = block_sizes(info.data["forces"].branches)
            faults = (unknown_person(name, sizes) for name in names or ())
            refuse_all(((place,), fault) for place, fault in enumerate(faults) if fault)
        return names

    @field_validator("recording")
    @classmethod
    def _orders_follow_the_start(
        cls, recording: RecordingRules, info: ValidationInfo
    ) -> RecordingRules:
        if "clock" in info.data:
            start = info.data["clock"].start
            only = f"the clock starts only on {start}"
            refuse_all(
                (("orders", place), f"{only}: an order before it strikes nobody off; leave it out")
                for place, date in enumerate(recording.orders or ())
                if date < start
            )
        return recording

    @field_validator("people", mode="wrap")
    @classmethod
    def _validate_people(cls, people: Any, _: object, info: ValidationInfo) -> Any:
        forces = info.data.get("forces")
        sizes = None if forces is None else block_sizes(forces.branches)
        return People.model_validate(people, context={**(info.context or {}), "sizes": sizes})

    @field_validator("people")
    @classmethod
    def _people_are_complete(cls, people: Any, info: ValidationInfo) -> Any:
        if "forces" in info.data:
            reads = info.data["behaviour"].reads if "behaviour" in info.data else lambda *_: False
            refuse_all(people_faults(info.data["forces"], people, reads))
        return people.with_defaults()

    @model_validator(mode="after")
    def _agents_hide_no_column(self) -> Self:
        own = {name for people in self._everybody for name in people.own}
        columns = sorted({*COLUMNS, *PEOPLE_COLUMNS, "status", *TIES, *own})
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

    @model_validator(mode="after")
    def _state_is_updated(self) -> Self:
        update = self.behaviour.update
        rule = update.decision.rule
        if self.state and not state_fields(rule):
            instead = "name a rule under behaviour.update, or declare it under people.attributes"
            refuse_all([(("people", "state"), f"nothing changes {min(self.state)}: {instead}")])
        place = ("behaviour", "update", "rule")
        refuse_all((place, f"{update.rule} {fault}") for fault in state_faults(rule, self.state))
        return self

    @property
    def _everybody(self) -> tuple[People, ...]:
        """Section `people`, and those of branches."""
        return self.people, *(branch.people for branch in self.forces.branches.values())

    @property
    def state(self) -> frozenset[str]:
        """Names of people's state."""
        return frozenset(name for people in self._everybody for name in people.state)

    @property
    def every_lever(self) -> dict[str, Lever]:
        """All levers of the run: the shipped ones and the scenario's own."""
        return LEVERS | _levers(self.levers)

    @property
    def calendar(self) -> Calendar:
        """The policies, unrolled over the clock."""
        conditions = {name: amount(value) for name, value in self.conditions.items()}
        return Calendar(self.policies, conditions, self.clock, self.every_lever, self.news)

    def __iter__(self) -> NoReturn:
        """Refuse: a scenario is one value, also for Mesa's batch_run, which iterates over all else."""
        raise TypeError("a scenario is one value, and not iterable; its sections are attributes")

    def __repr__(self) -> str:
        return f"<Scenario {self.name}, hash {self.hash[:12]}>"

    def _repr_html_(self) -> str | None:
        return None if self.html_view is None else self.html_view()

    def dump(self) -> dict[str, Any]:
        """Return the scenario as plain data, without keys that are None."""
        return self.model_dump(exclude_none=True)

    @property
    def code(self) -> dict[str, Code]:
        """The code that the scenario names, by its place in the scenario."""
        sections: dict[str, Mapping[str, CodeSection]] = {
            "behaviour": self.behaviour.sections,
            "acts": self.acts,
            "observers": self.observers,
            "outcomes": {
                name: one for name, one in self.outcomes.items() if isinstance(one, CodeSection)
            },
        }
        return {
            f"{part}.{name}": section.code
            for part, named in sections.items()
            for name, section in named.items()
        }

    @property
    def tells_regime(self) -> bool:
        """True if it is told what became of the regime; default: if anything can change that.

        That is a commander who can defect, somebody who can plot, or an act by which people rise.
        An outcome of the scenario's own called `falls` takes its place.
        """
        if self.record.regime is not None:
            return self.record.regime
        soldiers = self.behaviour.soldier.decision
        plotters = soldiers.agents or Rates._fields.index("plot") in soldiers.given
        generals = any(int(branch.generals) for branch in self.forces.branches.values())
        acts = (code for act in self.acts.values() for code in codes(act.code.thing.__code__))
        risers = any("rise" in code.co_names for code in acts)
        return "falls" not in self.outcomes and bool(generals or plotters or risers)

    @property
    def scripted(self) -> bool:
        """True if Python runs between steps: acts, observers, agents' own steps."""
        rules = self.behaviour.sections.values()
        stepping = any(isinstance(section.code.thing, type) for section in rules)
        return bool(self.acts or self.observers or stepping)

    @property
    def hash(self) -> str:
        """Hash of the scenario's content, whatever its order."""
        content = self.model_dump(mode="json", exclude_none=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _valid_part(
    section: TypeAdapter[Any], data: Any, context: Any
) -> tuple[Any, list[InitErrorDetails]]:
    """Return a section, or the entries that are valid by themselves and what is wrong with others."""
    try:
        return section.validate_python(data, context=context), []
    except ValidationError as error:
        details = details_of(error)
    found: dict[str, Any] = {}
    for name, entry in data.items() if isinstance(data, Mapping) else ():
        with suppress(ValidationError):
            found |= section.validate_python({name: entry}, context=context)
    return found, details


def _policies_disagree(
    policies: Mapping[str, Policy], parts: Mapping[str, Any], whole: bool
) -> Iterator[Refusal]:
    """Find what is wrong with policies together; `whole` if none of them has been left out."""
    if "forces" in parts:
        yield from conflicts.strangers(policies, parts["forces"])
    if "levers" not in parts:
        return
    levers = LEVERS | _levers(parts["levers"])
    if "clock" in parts:
        yield from conflicts.between_steps(policies, parts["clock"], levers)
    if "forces" in parts:
        conditions = parts.get("conditions") if whole else None
        yield from conflicts.between_policies(policies, conditions, levers, parts["forces"])


def _acts_disagree(
    acts: Mapping[str, ActSection], parts: Mapping[str, Any], _: bool
) -> Iterator[Refusal]:
    """Find what is wrong with acts together, and with their dates."""
    if "clock" in parts:
        yield from conflicts.missed_acts(acts, parts["clock"])
    if "forces" in parts:
        yield from conflicts.strangers(acts, parts["forces"])
    if {"clock", "forces"} <= parts.keys():
        yield from conflicts.opposed_acts(acts, parts["forces"], parts["clock"].end)


_DISAGREEMENTS: dict[str, Callable[[Any, Mapping[str, Any], bool], Iterator[Refusal]]] = {
    "policies": _policies_disagree,
    "acts": _acts_disagree,
}
"""Functions that find faults of several entries together, by their section."""


def _lacking(
    data: Mapping[str, Any], sections: Mapping[str, RuleSection], context: Any
) -> Iterator[Refusal]:
    """Find columns that nobody gives, as far as sections with faults can be understood."""
    forces, people = understood(data.get("forces"), data.get("people"), context)
    written = data.get("behaviour")
    unclear = {*written} - {*sections} if isinstance(written, Mapping) else set()
    behaviour = Behaviour().model_copy(update=sections)
    if isinstance(written, Behaviour):
        behaviour = written
    for place, message in lacking_columns(
        forces, people, lambda rank, name: behaviour.reads(rank, name, unclear)
    ):
        yield ("people", *place), message


def _rule_faults(sections: Mapping[str, RuleSection], fields: Fields) -> Iterator[Refusal]:
    """Find what is wrong with rules of the scenario's own, as their texts show."""
    if "update" in sections:
        states = state_fields(sections["update"].decision.rule) or ()
        fields = {**fields, "agent": (*fields["agent"], *states)}
    for who, section in sections.items():
        if isinstance(section.code.thing, Rule) and not shipped(section.code.name):
            for message in faults(section.code.thing, section.returns, fields):
                yield ("behaviour", who, "rule"), message


def _readable(data: Any) -> Fields:
    """Return the names that rules can read in a scenario, validated or as it is written."""
    branches = _part(_part(data, "forces"), "branches").values()
    everybody = (_part(one, "people") for one in (data, *branches))
    own = {
        name
        for people in everybody
        for declared in ("attributes", "state")
        for name in _part(people, declared)
    }
    return {
        "agent": (*FIELDS["agent"], *sorted(own)),
        "unit": FIELDS["unit"],
        "country": (*FIELDS["country"], *_part(data, "levers")),
    }


def _part(section: Any, key: str) -> Any:
    """Return a mapping or a section below another, validated or not; nothing for anything else."""
    part = section.get(key) if isinstance(section, Mapping) else getattr(section, key, None)
    return part if isinstance(part, Mapping | Section) else {}


def _levers(own: Mapping[str, OwnLever]) -> dict[str, Lever]:
    return {name: lever.lever for name, lever in own.items()}
