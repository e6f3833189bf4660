"""Write the tables of the documentation anew from the code: `make tables`."""

from pathlib import Path

from tools import odd, reference, typical
from tools.markdown import filled, has_places

TABLES = {**odd.TABLES, **reference.TABLES, **typical.TABLES}


def pages() -> dict[Path, str]:
    """Return the pages that have tables, each as it should be."""
    found = [
        path
        for path in sorted(Path("docs").rglob("*.md"))
        if has_places(path.read_text(encoding="utf-8"))
    ]
    return {path: filled(path.read_text(encoding="utf-8"), TABLES) for path in found}


if __name__ == "__main__":
    for path, page in pages().items():
        path.write_text(page, encoding="utf-8")
