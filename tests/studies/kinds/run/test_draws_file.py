"""Files of draws: what is no draw is told by its line and column, all of it at once."""

from pathlib import Path

import pytest

from defectsim.core.errors import ScenarioError
from defectsim.studies.kinds.run.draws_file import read_draws


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1:1: the first line has a path", "2: there is no draw"]),
        ("a,b\n", ["2: there is no draw"]),
        ("a,\n1,2\n", ["1:3: the first line has a path"]),
        ("a,b,a\n1,2,3\n", ["1:5: a: is drawn twice"]),
        ("a,b\n1,\n\nx,nan\n", ["2:3: b: ''", "4:1: a: 'x'", "4:3: b: 'nan'"]),
        ("a,b\n1\n1,2,3\n", ["2:1: has 1 values for 2 paths", "3:1: has 3 values for 2 paths"]),
        ('a,b\n"2\n0",2_0\n', ["3:1: a: '2\\n0'", "3:5: b: '2_0'"]),
        ("a;b\n1;2\n", ["2:1: a;b: '1;2' is no finite number"]),
    ],
)
def test_every_fault_has_its_place(text: str, told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    file.write_text(text)
    with pytest.raises(ScenarioError) as raised:
        read_draws(file)
    found = [str(fault).removeprefix(f"{file}:") for fault in raised.value.faults]
    assert len(found) == len(told)
    assert all(one.startswith(begin) for one, begin in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n1,2\n\xff,3\n", "3: not UTF-8 text"),
        (b'a\n"20\n21\n', "2: the quotes that open here are not closed"),
        (b'a\n20\n"21"x\n', "3: text after closing quotes"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(data: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    file.write_bytes(data)
    with pytest.raises(ScenarioError) as raised:
        read_draws(file)
    assert str(raised.value.faults[0]).startswith(f"{file}:{told}")


def test_draws_know_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    file.write_bytes("\ufeff a ,b\r\n1,2.5\r\n\r\n3,-4e1\r\n".encode())
    table, places = read_draws(file)
    assert table.to_dict(as_series=False) == {"a": [1.0, 3.0], "b": [2.5, -40.0]}
    assert places == [f"{file}:2", f"{file}:4"]
