"""The tables of a study, whatever its design."""

from rich.console import Group
from rich.text import Text

from defectsim import store
from defectsim.report.comparison import comparison_table
from defectsim.report.pairs import otherwise, paired
from defectsim.report.sweep_table import sweep_table
from defectsim.report.table import study_table
from defectsim.studies.scenarios import COMPARISON, SINGLE


def tables(study: store.Study) -> Group:
    """Return what a study found, under its question."""
    question = study.manifest.get("question", "")
    if study.design == SINGLE:
        return Group(Text(question, style="italic"), study_table(study))
    if study.design == COMPARISON:
        return comparison_table(paired(study), otherwise(study), question)
    return sweep_table(study.runs, question)
