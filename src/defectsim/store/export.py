"""Export of the tables of a study for other programs."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from defectsim.core.choices import ExportFormat
from defectsim.core.errors import MissingExtraError, StorageError, file_errors
from defectsim.core.study_folder import outside_of_studies

MOST_ROWS = 1_048_575
"""Rows that a sheet of a workbook holds below its head."""


def export_tables(
    tables: Mapping[str, pl.DataFrame], form: ExportFormat, folder: Path
) -> list[Path]:
    """Write the tables that have rows into a folder, and return the files.

    Raises
    ------
    StorageError
        If a file cannot be written, the folder is one of a study, or a table does not fit into a
        sheet of a workbook.
    MissingExtraError
        If a workbook is wanted, and what writes it is not installed.
    """
    filled = {name: table for name, table in tables.items() if table.height}
    if form == "xlsx":
        return [_workbook(filled, outside_of_studies(folder) / "study.xlsx")]
    with file_errors(outside_of_studies(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in filled.items():
        file = folder / f"{name}.{form}"
        with file_errors(file):
            _write(table, file)
        files.append(file)
    return files


def _write(table: pl.DataFrame, file: Path) -> None:
    if file.suffix == ".csv":
        table.write_csv(file)
    else:
        table.write_parquet(file)


def _workbook(tables: Mapping[str, pl.DataFrame], file: Path) -> Path:
    """Write a workbook with a sheet a table; texts stay texts, also those that look like formulas."""
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtraError(
            "workbooks need XlsxWriter: pip install 'defectsim[excel]', or export --as csv"
        ) from None
    for name, table in tables.items():
        if table.height > MOST_ROWS:
            raise StorageError(
                f"{name} has {table.height:,} rows, and a sheet holds {MOST_ROWS:,}: "
                "export --as parquet or csv"
            )
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with file_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
    with file_errors(file), xlsxwriter.Workbook(str(file), texts) as book:
        for name, table in tables.items():
            table.write_excel(book, worksheet=name)
    return file
