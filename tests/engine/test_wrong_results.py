"""A result that no engine can use is a failed row, whose error names rule, line, person and date."""

import re
from typing import Any

import pytest

import defectsim as ds
import rules
from builders import NOBODY, small_scenario

STEADY: dict[str, Any] = {"soldier": "rules:steady", "general": "rules:steady", "follow": NOBODY}
RATES = "not Rates of numbers, such as Rates(desert=0.1)"


@pytest.mark.parametrize(
    ("who", "name", "returned"),
    [
        ("soldier", "gives_some_nothing", f"None, {RATES}"),
        ("general", "gives_two_numbers", f"(0.5, 0.5), {RATES}"),
        ("belief", "believes_nothing", "None, not a probability from 0 to 1"),
    ],
)
def test_a_result_of_another_kind_is_a_failed_row(who: str, name: str, returned: str) -> None:
    behaviour = {**STEADY, "soldier": "rules:reads_everything", who: f"rules:{name}"}
    with pytest.warns(ds.FailedRunsWarning):
        study = ds.run(
            small_scenario(behaviour=behaviour), replicates=1, seed=1, engine="reference", workers=1
        )
    error = study.runs["error"][0].splitlines()[-1]
    said = f"{getattr(rules, name).where}: rule rules:{name}: it returns {returned}, for "
    assert error.startswith(f"defectsim.core.errors.RuleError: {said}")
    assert re.search(r"for [a-z]+-[a-z0-9-]+ \(.+\) on 2018-01-01$", error)
