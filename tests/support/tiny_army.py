"""A tiny army in a file of its own, whose people leave often enough for a page to show it."""

from pathlib import Path

TINY = """\
extends: defectsim:default
name: tiny
question: Does the tiny army hold?
clock: {start: 2019-01-02, end: 2019-07-03}
forces:
  company:
    officer: {value: 2, source: assumption}
    nco: {value: 2, source: assumption}
    enlisted: {value: 6, source: assumption}
  battalion: {value: 2, source: assumption}
  brigade: {value: 2, source: assumption}
  command: {value: 2, source: assumption}
  branches:
    army: {strength: {value: 400, source: assumption}, generals: {value: 12, source: assumption}}
    guard: {strength: {value: 200, source: assumption}, generals: {value: 6, source: assumption}}
people:
  pay: {value: 10, range: [5, 20], source: assumption}
  perks:
    general: {lognormal: [1000, 1.0], range: [[500, 2000], [0.5, 1.5]], source: assumption}
  outside: {value: 150, range: [60, 250], source: assumption}
  exposure:
    general: {value: 0.4, range: [0, 1], source: assumption}
  frailty: {lognormal: [0.8165, 0.6368], source: assumption}
behaviour:
  soldier:
    parameters:
      base_desertion: {value: 1, range: [0, 4], source: "estimate: high"}
      base_defection: {value: 0.2, range: [0, 4], source: assumption}
policies:
  off_ramp:
    lever: off_ramp
    actor: United States
    effective: 2019-02-06
    audience: {rank: [officer, general]}
    value: {value: 0.3, range: [0, 1], source: assumption}
  sanctions:
    lever: sanctions
    actor: United States
    effective: 2019-01-02
    audience: {rank: [officer, general]}
    value: {value: 0.4, range: [0.1, 0.8], source: assumption}
  pay_cut:
    lever: pay
    effective: 2019-03-06
    until: 2019-04-03
    value: {value: 0.5, range: [0.1, 1], source: assumption}
"""
RULE = """
from defectsim import Country, NoParameters, Person, Rates, Unit, rule


@rule
def stay(agent: Person, unit: Unit, country: Country, p: NoParameters) -> Rates:
    return Rates()
"""


def write_tiny(folder: Path) -> Path:
    """Write the scenario into a folder, and return its file."""
    file = folder / "tiny.yaml"
    file.write_text(TINY, encoding="utf-8")
    return file
