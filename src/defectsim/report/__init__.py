"""A study as text, tables and figures."""

from defectsim.report.run import run

__all__ = ["run"]
