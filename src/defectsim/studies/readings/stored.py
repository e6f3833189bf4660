"""Readings as they are stored in the folder of a study, for what rests on them."""

from pydantic import TypeAdapter, ValidationError

from defectsim.core.errors import StudyDamagedError, file_errors
from defectsim.core.files import is_file
from defectsim.core.section import faults_of
from defectsim.core.study_folder import READINGS
from defectsim.store import StoredStudy


def has_reading(study: StoredStudy, reading: str) -> bool:
    """Return whether a study keeps what a reading has found."""
    return study.path is not None and is_file(study.path / READINGS / f"{reading}.json")


def stored_facts[T](study: StoredStudy, reading: str, wanted: TypeAdapter[T]) -> T:
    """Return what a reading has stored in the folder of a study.

    Raises
    ------
    StudyDamagedError
        When it is not what the reading wrote.
    """
    assert study.path is not None
    file = study.path / READINGS / f"{reading}.json"
    with file_errors(file, "read"):
        text = file.read_bytes()
    try:
        return wanted.validate_json(text)
    except ValidationError as error:
        raise StudyDamagedError(
            f"{file} is not what {reading} wrote ({faults_of(error)}): make it again by defectsim "
            f"{reading} {study.path}"
        ) from error
