from pathlib import Path

import polars as pl
import pytest

from defectsim.core.errors import StorageError
from defectsim.store import export
from defectsim.store.export import export_tables

TABLES = {
    "runs": pl.DataFrame(
        {"seed": ["1", "=2+2"], "status": pl.Series(["done"] * 2, dtype=pl.Categorical())}
    ),
    "series": pl.DataFrame({"loyal": [1, 2, 3]}),
    "events": pl.DataFrame(schema={"agent": pl.String()}),
}


@pytest.mark.parametrize(("form", "read"), [("csv", pl.read_csv), ("parquet", pl.read_parquet)])
def test_each_table_with_rows_is_a_file(tmp_path: Path, form: str, read: object) -> None:
    files = export_tables(TABLES, form, tmp_path / "new/there")  # type: ignore[arg-type]
    assert [file.name for file in files] == [f"runs.{form}", f"series.{form}"]
    assert read(files[1]).equals(TABLES["series"])  # type: ignore[operator]


def test_a_workbook_has_a_sheet_a_table_in_which_texts_stay_texts(tmp_path: Path) -> None:
    (file,) = export_tables(TABLES, "xlsx", tmp_path)
    import zipfile

    with zipfile.ZipFile(file) as book:
        names = book.namelist()
        cells = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert sum(name.startswith("xl/worksheets/sheet") for name in names) == 2
    assert "=2+2" in texts
    assert "<f>" not in cells


def test_what_no_sheet_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    with pytest.raises(StorageError, match="series has 3 rows, and a sheet holds 2: export --as"):
        export_tables(TABLES, "xlsx", tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"file/there"):
        export_tables(TABLES, "csv", tmp_path / "file/there")
