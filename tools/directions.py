"""Compare each variant of the default scenario with it, run by run on one seed.

python -m tools.directions 60        # pairs; writes the table into docs/explanation/scenarios.md
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.markdown import filled, table

from defectsim import compare, load
from defectsim.analysis.outcomes import words
from defectsim.core.formatting import difference, exact_difference

BASE = Path("scenarios/venezuela-2019.yaml")
APART = "venezuela-2019-guard-23000"
"""It is another army, not the same with something changed."""
PAGE = Path("docs/explanation/scenarios.md")
COMPARED = ("generals_defected", "defected", "deserted", "falls")
SEED = 1


def main(pairs: int) -> None:
    """Run everything, and write the page."""
    files = [
        BASE,
        *(file for file in sorted(BASE.parent.glob(f"{BASE.stem}-*.yaml")) if file.stem != APART),
    ]
    scenarios = {file.stem: load(file) for file in files}
    study = compare(scenarios, replicates=pairs, seed=SEED, name="directions")
    rows = [
        (f"`{scenario}`", *(_row(row) for row in found.iter_rows(named=True)))
        for (scenario,), found in study.paired(COMPARED).group_by("scenario", maintain_order=True)
    ]
    head = ("scenario", *(words(name) for name in COMPARED[:-1]), "regime falls, percentage points")
    found = f"Mean difference [95 % interval] in {pairs} pairs of runs:\n\n{table(head, rows)}"
    page = filled(PAGE.read_text(encoding="utf-8"), {"directions": lambda: found}, "result")
    PAGE.write_text(page, encoding="utf-8")


def _row(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return exact_difference(row["kind"], row["mean"])
    return difference(row["kind"], row["low"], row["mean"], row["high"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
