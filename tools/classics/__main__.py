"""Run all classics and write the table; exit with 1 where a value is not as it should be."""

import sys
import time
from pathlib import Path

from tools.classics import (
    centola,
    contagion,
    epstein,
    fatigue,
    game,
    granovetter,
    kuran,
    lang,
    watts,
)
from tools.classics.table import table

TABLE = Path(__file__).parents[2] / "docs" / "classics" / "index.md"
MODELS = (granovetter, kuran, epstein, contagion, watts, centola, lang, game, fatigue)
CHECKS = tuple(check for model in MODELS for check in model.CHECKS)


def main() -> int:
    """Obtain every value, say how each compares, and write the table."""
    rows, wrong = [], 0
    for check in CHECKS:
        started = time.perf_counter()
        obtained = check.obtain()
        as_expected = check.as_expected(obtained)
        wrong += not as_expected
        rows.append((check, obtained))
        verdict = "as expected" if as_expected else "NOT AS EXPECTED"
        seconds = time.perf_counter() - started
        print(
            f"{check.classic}: {check.what}: {obtained:.4g} for {check.published:.4g}: {verdict} ({seconds:.0f} s)"
        )
    TABLE.write_text(table(rows))
    print(f"{TABLE.relative_to(Path.cwd())} written; {wrong} of {len(rows)} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
