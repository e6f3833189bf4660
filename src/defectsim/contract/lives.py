"""Whether both engines live by a rule alike, and policies that do not concern it leave it alone."""

from collections.abc import Sequence

from defectsim.contract.army import NOBODY, Event, lived, moved
from defectsim.contract.finding import Finding, failed, note, passed
from defectsim.contract.subject import Subject

SEEDS = (0, 1, 2)
OF_THE_ENGINE = ("counterbalance",)
"""Levers by which the engine itself goes, in an attempt."""


def same_lives(subject: Subject) -> Finding:
    """Give the same events in both engines."""
    policies = moved((name, lever) for name, lever in subject.levers.items() if subject.reads(name))
    happened = 0
    for seed in SEEDS:
        try:
            reference = lived(subject, "reference", seed, policies)
            column = lived(subject, "column", seed, policies)
        except Exception as error:  # whatever a researcher's rule does wrong in an army
            return failed(f"a small army of seed {seed} could not live by it: {type(error).__name__}: {error}")
        happened += sum(event.by_rule for event in column)
        if difference := _first(reference, column):
            return failed("the engines give different events", f"seed {seed}: {difference}")
    if not happened:
        return note(f"nothing came of it in {len(SEEDS)} lives of a small army, so the engines cannot be told apart")
    return passed(f"the same {happened} changes of status in {len(SEEDS)} lives of a small army")


def unrelated_policies(subject: Subject) -> Finding:
    """Move nobody by a policy on what the rule does not read, or for an audience that nobody is in."""
    levers = {name: lever for name, lever in subject.levers.items() if name not in OF_THE_ENGINE}
    unread = [(name, lever) for name, lever in levers.items() if not subject.reads(name)]
    trials = {
        **moved(unread),
        **{f"{name}_for_nobody": it for name, it in moved(subject.levers.items(), NOBODY).items()},
    }
    for seed in SEEDS:
        quiet = lived(subject, "reference", seed, {})
        if quiet == lived(subject, "reference", seed, trials):
            continue
        for name, policy in trials.items():
            if difference := _first(quiet, lived(subject, "reference", seed, {name: policy}), "without it", "with it"):
                whom = "for an audience that nobody is in" if policy["audience"] else "which its code does not read"
                return failed(
                    f"a policy on {policy['lever']}, {whom}, moves people: name country's fields in the code",
                    f"seed {seed}: {difference}",
                )
    if subject.names is None:
        return passed("policies for nobody move nobody; which levers it reads cannot be told from its code")
    names = ", ".join(name for name, _ in unread) or "none"
    return passed(f"policies on levers that it does not read ({names}), or for nobody, move nobody")


def _first(one: Sequence[Event], two: Sequence[Event], *labels: str) -> str:
    """Say what happens first in one life and not in the other."""
    label = labels or ("in the reference engine", "in the column engine")
    both = set(one) & set(two)
    for here, events, there in ((label[0], one, label[1]), (label[1], two, label[0])):
        for event in events:
            if event not in both:
                return f"{event.who} {event.how} on {event.date} {here}, and not {there}"
    return ""
