"""Whether a rule goes by what the person is and sees, and by nothing else."""

from defectsim.behaviour.rule import SEEN_BY_ALL, Unit
from defectsim.contract.case import Case
from defectsim.contract.finding import Finding, failed, passed
from defectsim.contract.search import search
from defectsim.contract.stand_ins import TrespassError
from defectsim.contract.subject import Subject
from defectsim.core.errors import nearest
from defectsim.population.columns import TAKEN

_OTHERS = {"superior", "ties", "subordinates"}


def own_person_only(subject: Subject) -> Finding:
    """Read the declared fields of agent, unit, country and p, and write nothing."""

    def trespasses(case: Case) -> Finding | None:
        error = subject.ask(case).error
        return failed(_said(subject, error), f"with {subject.told(case)}") if isinstance(error, TrespassError) else None

    return search(subject.cases, trespasses) or passed("it reads declared fields only, and writes nothing")


def _said(subject: Subject, error: TrespassError) -> str:
    place = f"{error.who}.{error.name}"
    if error.writes:
        return (
            f"it writes {place}: a rule changes nothing and keeps nothing; return rates, and the engine does the rest"
        )
    if error.who == "agent":
        return _of_agent(subject, error.name)
    known = [name.partition(".")[2] for name in subject.spans if name.startswith(f"{error.who}.")]
    hint = nearest(error.name, known)
    if error.who == "country":
        advice = "declare it as a lever in a scenario under levers:, and name the scenario with --scenario"
        return f"it reads {place}, which is no lever, nor one of {', '.join(SEEN_BY_ALL)}{hint or f': {advice}'}"
    if error.who == "unit":
        return f"it reads {place}; a unit has {', '.join(Unit._fields)}{hint}"
    return f"it reads {place}, which {subject.rule.parameters.__name__} does not declare{hint}"


def _of_agent(subject: Subject, name: str) -> str:
    place = f"agent.{name}"
    if name in _OTHERS:
        return (
            f"it reads another agent, through {place}: a rule sees one person; what others do, it sees in unit, "
            "country and agent.ties_defected"
        )
    if name in TAKEN:
        return (
            f"it reads {place}, which is not among what a person goes by: people who are alike in their columns are "
            "asked together; for a step that may read anything, write a subclass of General or Soldier"
        )
    known = [field.partition(".")[2] for field in subject.spans if field.startswith("agent.")]
    return (
        f"it reads {place}, which nothing declares{nearest(name, known)}: declare it in a scenario under people: "
        f"{{attributes: {{{name}: ...}}}}, and name the scenario with --scenario"
    )
