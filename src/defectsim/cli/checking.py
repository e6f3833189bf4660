"""`defectsim check-rule`: what the checks of a rule found."""

import os
from pathlib import Path

from rich.console import Console

from defectsim.contract.kinds import Kind
from defectsim.contract.suite import check_rule
from defectsim.engine.kept import cache_folder


def check(name: str, scenario: Path | None, kind: Kind | None, allow_code: bool) -> bool:
    """Check a rule, show what was found, and say whether the rule keeps its contract."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache_folder() / "hypothesis"))  # and not in this folder
    with Console(stderr=True).status("checking; the first time, the rule is compiled, which takes some seconds"):
        report = check_rule(name, scenario, kind=kind, allow_code=allow_code)
    Console().print(report)
    return report.passed
