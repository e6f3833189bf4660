"""Where results live: writing a study's folder and reading it back."""

from defectsim.store.study import StoredStudy, study_in_memory
from defectsim.store.writer import StudyWriter

__all__ = ["StoredStudy", "StudyWriter", "study_in_memory"]
