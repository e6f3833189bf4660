"""The search for the smallest case in which a rule does wrong, by Hypothesis; the same each time."""

import math
from collections.abc import Callable
from contextlib import suppress

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample

from defectsim.contract.case import Case, Span, possible
from defectsim.contract.finding import Finding

EXAMPLES = 300
_SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
)


def search[T](
    examples: st.SearchStrategy[T], judge: Callable[[T], Finding | None], tries: int = EXAMPLES
) -> Finding | None:
    """Return what `judge` finds in the smallest example in which it finds anything, looking at `tries` examples."""
    found: list[Finding] = []

    def wrong(example: T) -> bool:
        finding = judge(example)
        if finding is not None:
            found.append(finding)
        return finding is not None

    with suppress(NoSuchExample, Flaky):  # a rule that draws its own random numbers is wrong once, and then is not
        find(examples, wrong, settings=settings(_SETTINGS, max_examples=tries))
    return found[-1] if found else None


def cases(spans: dict[str, Span], plain: Case) -> st.SearchStrategy[Case]:
    """Return all cases in which the fields in `spans` keep them, and others are plain."""
    drawn = st.fixed_dictionaries({name: _values(span) for name, span in spans.items()})
    return drawn.map(lambda values: possible({**plain, **values}))


def _values(span: Span) -> st.SearchStrategy[float]:
    """Return the values of one field, those first to which an example is best reduced."""
    some = st.sampled_from(list(dict.fromkeys([span.plain, *span.some, span.low, span.high])))
    if span.only_these:
        return some
    any_ = (
        st.integers(math.ceil(span.low), math.floor(span.high)).map(float)
        if span.whole
        else st.floats(span.low, span.high, allow_subnormal=False)
    )
    return st.just(span.plain) | any_ | some
