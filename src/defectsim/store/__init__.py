"""Stored results: writing the folder of a study, and reading it."""

from defectsim.store.study import StoredStudy, study_in_memory
from defectsim.store.writer import StudyWriter

__all__ = ["StoredStudy", "StudyWriter", "study_in_memory"]
