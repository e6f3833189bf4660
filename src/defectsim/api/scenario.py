"""The public way to a scenario, which notebooks show as its outline."""

from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario

__all__ = ["Scenario", "load"]


def _html(scenario: Scenario) -> str:
    from defectsim.report.layout import as_html
    from defectsim.scenario.views.outline import outline

    return as_html(outline(scenario))


Scenario.html_view = _html
