"""Whether a rule can be compiled, and is then the same."""

from defectsim.contract.case import Case
from defectsim.contract.finding import Finding, failed, not_judged, note, passed
from defectsim.contract.search import EXAMPLES, search
from defectsim.contract.subject import Subject


def compiles(subject: Subject) -> Finding:
    """Say whether the column engine can compile it, or why not."""
    if not subject.compiled:
        return note("both engines ask it in Python, since they ask it seldom")
    refused = subject.machine.refused
    if refused is None:
        return note("it compiles, and runs in the column engine")
    return note(
        f"it does not compile, and runs in the reference engine, agent by agent: {str(refused).splitlines()[0]}"
    )


def same_when_compiled(subject: Subject) -> Finding:
    """Answer the same to the last bit, compiled or not."""
    if not subject.compiled:
        return not_judged("it is never compiled")

    def differs(case: Case) -> Finding | None:
        plain, machine = subject.ask(case), subject.machine.ask(case)
        if plain.bits == machine.bits:
            return None
        return failed(f"{_why(plain.error)}", f"with {subject.told(case)}: Python {plain}, compiled {machine}")

    return search(subject.cases, differs) or passed(f"the same in Python and compiled, to the bit, in {EXAMPLES} cases")


def _why(error: BaseException | None) -> str:
    if isinstance(error, ValueError | OverflowError):
        return "compiled, it does not raise: keep log() from zero and below, and exp() from overflowing"
    return "compiled, it rounds differently: write x * x for x**2, and functions of math for those of other libraries"
