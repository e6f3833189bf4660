"""Tables of the documentation are what the code says."""

from pathlib import Path

import pytest
from tools.markdown import filled, table
from tools.tables import TABLES, pages


@pytest.mark.parametrize(("path", "page"), pages().items(), ids=map(str, pages()))
def test_tables_are_up_to_date(path: Path, page: str) -> None:
    assert path.read_text() == page, (
        f"the tables of {path} are not what the code says: run `make tables`"
    )


def test_every_table_stands_on_some_page() -> None:
    text = "".join(path.read_text() for path in pages())
    assert [name for name in TABLES if f"<!-- table: {name} -->" not in text] == []


def test_a_table_goes_stale_and_is_made_anew() -> None:
    page = "above\n<!-- table: one -->\nold\n<!-- end of table -->\nbelow\n"
    made = filled(page, {"one": lambda: table(("a", "b"), [("x|y", "two\nlines")])})
    assert made == (
        "above\n<!-- table: one -->\n\n| a | b |\n|---|---|\n| x\\|y | two lines |\n\n<!-- end of table -->\nbelow\n"
    )
    assert filled(made, {"one": lambda: table(("a", "b"), [("x|y", "two\nlines")])}) == made


def test_a_table_that_nobody_makes_is_said() -> None:
    with pytest.raises(KeyError, match="none"):
        filled("<!-- table: none -->\n<!-- end of table -->", {})
