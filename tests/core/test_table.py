from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from defectsim.core.table import Csv, Table, first_few


class Named(BaseModel):
    csv: Csv


def table(folder: Path, text: str | bytes, name: Any = "people.csv") -> Table:
    (folder / "people.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Named.model_validate({"csv": name}, context={"folder": folder}).csv


def refused(folder: Path, text: str | bytes, name: Any = "people.csv") -> str:
    with pytest.raises(ValidationError) as caught:
        table(folder, text, name)
    [error] = caught.value.errors()
    assert error["loc"] == ("csv",)
    return error["msg"]


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_cells_come_with_their_lines_and_blank_lines_without_any(
    tmp_path: Path, start: str
) -> None:
    read = table(tmp_path, start + 'who, threshold\na,1\n\n"b, c", 2.5 \n')
    assert read.header == ["who", "threshold"]
    assert read.column("threshold") == [(2, "1"), (4, "2.5")]
    assert read.column("who") == [(2, "a"), (4, "b, c")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "people.csv is empty"),
        ("who,threshold\n", "people.csv is empty"),
        ("who,who\na,b\n", "two columns 'who'"),
        ("who,threshold\na,1\nb\n", "people.csv, line 3: has 1 cells where the header has 2"),
        (b"who\n\xff\n", "people.csv is not UTF-8 text"),
        ('who\na\n"b\nc\n', "people.csv, line 3: the quotes that open here are not closed"),
        ('who\na\n"b"c\n', "people.csv, line 3: text after closing quotes"),
        ("who;threshold\na;1\n", "people.csv has semicolons between its cells: put commas there"),
        ("who\tthreshold\na\t1,5\n", "people.csv has tabs between its cells: put commas there"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    assert message in refused(tmp_path, text)


def test_the_file_must_be_named_and_be_there(tmp_path: Path) -> None:
    assert "must be the name of a CSV file" in refused(tmp_path, "a\n1\n", 3)
    assert "did you mean 'people.csv'?" in refused(tmp_path, "a\n1\n", "peple.csv")


def test_every_missing_column_is_told_at_the_key_that_names_it(tmp_path: Path) -> None:
    read = table(tmp_path, "who,threshold\na,1\n")
    assert read.lacks({"by": "who", "column": "treshold", "date": "day"}) == [
        (("column",), "people.csv has no column 'treshold'; did you mean 'threshold'?"),
        (("date",), "people.csv has no column 'day'"),
    ]


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (10, 10), (11, 11), (1_000_010, 11)])
def test_of_many_faults_the_first_are_shown_and_the_rest_counted(count: int, shown: int) -> None:
    faults = first_few([((place,), "wrong") for place in range(count)])
    assert len(faults) == shown
    if count > 10:
        assert faults[-1] == ((9,), f"and {count - 10:,} more faults like these")
