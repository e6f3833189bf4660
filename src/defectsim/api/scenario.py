"""Scenarios: read from files, and shown in notebooks."""

from defectsim.report.html import as_html
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario
from defectsim.scenario.views.outline import outline

__all__ = ["Scenario", "load"]


def _outline_html(scenario: Scenario) -> str:
    return as_html(outline(scenario))


Scenario.html_view = _outline_html
