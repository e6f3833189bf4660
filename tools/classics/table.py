"""The table of published and obtained values in the documentation."""

from collections.abc import Iterable

from tools.classics.check import Check

HEAD = """# The classics

Models that the field knows, each written through the same public door as anybody's own: a short
YAML file and a short Python file under `scenarios/classics/`. This table is written by
`make classics`, which runs them all and fails where a value lies outside of its tolerance. A value
that is marked *no* is known not to be reproduced; its page explains why.

| model | quantity | published or exact | obtained | tolerance | reproduced | source |
| --- | --- | ---: | ---: | ---: | --- | --- |
"""


def table(rows: Iterable[tuple[Check, float]]) -> str:
    """Return the page with a row for each check and the value obtained."""
    return HEAD + "".join(_row(check, obtained) for check, obtained in rows)


def _row(check: Check, obtained: float) -> str:
    page = f"[{check.classic.replace('-', ' ').capitalize()}]({check.classic}.md)"
    numbers = " | ".join(f"{number:.4g}" for number in (check.published, obtained, check.tolerance))
    return f"| {page} | {check.what} | {numbers} | {'yes' if check.holds(obtained) else '*no*'} | {check.source} |\n"
