"""What each variant of the default scenario changes: all on one seed, compared with it life by life.

python -m tools.directions 60        # pairs; writes the table into docs/explanation/scenarios.md
"""

import sys
from pathlib import Path

from tools.effect import SHOWN, lives, mean
from tools.markdown import table

BASE = Path("scenarios/venezuela-2019.yaml")
APART = "venezuela-2019-guard-23000"
"""It is another army, not the same with something changed."""
PAGE = Path("docs/explanation/scenarios.md")
BEGIN, END = "<!-- what was obtained -->", "<!-- end -->"
COMPARED = SHOWN[:4]


def main(pairs: int) -> None:
    """Run everything, and write the page."""
    base, rows = lives(BASE, pairs), []
    for file in sorted(BASE.parent.glob(f"{BASE.stem}-*.yaml")):
        if file.stem != APART:
            other = lives(file, pairs)
            gained = [mean((other[name] - base[name]).to_numpy()) for name in COMPARED]
            fell = int((~other["outcome"].is_in(["survives", "split"])).sum())
            rows.append((f"`{file.stem}`", *gained, f"{fell} of {pairs}"))
            print(*rows[-1], sep=" | ", flush=True)
    head = ("scenario", *COMPARED, "the regime falls in")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    found = f"Mean difference [95 % interval] in {pairs} pairs of runs:\n\n{table(head, rows)}"
    PAGE.write_text(f"{before}{BEGIN}\n\n{found}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]))
