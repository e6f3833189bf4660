"""Checks in the trial army: same events in both engines, no effect of unrelated policies."""

from collections.abc import Sequence

from defectsim.contract.report import Finding, failed, note, passed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.contract.trial_army import NOBODY, TrialEvent, trial_events, trial_policies

SEEDS = (0, 1, 2)
LEVERS_OF_THE_ENGINE = ("counterbalance",)
"""Levers that the engine itself reads, in an attempt."""


def same_in_both_engines(tested: RuleUnderTest) -> Finding:
    """Give the same events in both engines."""
    read = [(name, lever) for name, lever in tested.levers.items() if tested.reads(name)]
    policies, count = trial_policies(read), 0
    for seed in SEEDS:
        try:
            reference = trial_events(tested, "reference", seed, policies)
            compiled = trial_events(tested, "compiled", seed, policies)
        except Exception as error:  # anything that a rule may raise
            return failed(
                f"the trial army of seed {seed} cannot run: {type(error).__name__}: {error}"
            )
        places = ("in the reference engine", "in the compiled engine")
        if difference := _first_difference(reference, compiled, places):
            return failed("the engines give different events", f"seed {seed}: {difference}")
        count += sum(event.by_rule for event in compiled)
    runs = f"{len(SEEDS)} runs of a trial army"
    if not count:
        return note(f"nothing came of it in {runs}, so the engines cannot be told apart")
    return passed(f"the same {count} changes of status in {runs}")


def unrelated_policies(tested: RuleUnderTest) -> Finding:
    """Have no policy change a status whose lever the rule does not read, or that is for nobody."""
    unread = [
        (name, lever)
        for name, lever in tested.levers.items()
        if name not in LEVERS_OF_THE_ENGINE and not tested.reads(name)
    ]
    policies = trial_policies(unread)
    for name, policy in trial_policies(tested.levers.items(), NOBODY).items():
        policies[f"{name}_for_nobody"] = policy
    for seed in SEEDS:
        without = trial_events(tested, "reference", seed, {})
        if without == trial_events(tested, "reference", seed, policies):
            continue
        for name, policy in policies.items():
            with_it = trial_events(tested, "reference", seed, {name: policy})
            if difference := _first_difference(without, with_it, ("without it", "with it")):
                reason = (
                    "for an audience without people"
                    if policy["audience"]
                    else "which its code does not read"
                )
                return failed(
                    f"a policy on {policy['lever']}, {reason}, changes events: name country's "
                    "fields in the code",
                    f"seed {seed}: {difference}",
                )
    if tested.names is None:
        return passed(
            "policies for nobody change nothing; its code does not tell which levers it reads"
        )
    names = ", ".join(name for name, _ in unread) or "none"
    return passed(
        f"policies on levers that it does not read ({names}), or for nobody, change nothing"
    )


def _first_difference(
    one: Sequence[TrialEvent], other: Sequence[TrialEvent], places: tuple[str, str]
) -> str:
    """Return the first event of one run that the other does not have."""
    common = {*one} & {*other}
    here, there = places
    for events, place, elsewhere in ((one, here, there), (other, there, here)):
        for event in events:
            if event not in common:
                return f"{event.person} {event.verb} on {event.date} {place}, and not {elsewhere}"
    return ""
