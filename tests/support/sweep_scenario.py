"""A small scenario, and what loads sweeps over it."""

from collections.abc import Callable

from defectsim.studies.plan import Plan

SCENARIO = """\
name: small
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-07-01}
forces:
  company: {officer: 2, nco: 2, enlisted: 6}
  branches:
    army: {strength: 50, generals: 5}
    guard: {strength: 25, generals: 2}
people: {pay: 10, outside: {uniform: [100, 200]}}
conditions:
  surveillance: {value: 0.3, range: [0.1, 0.7], source: a guess}
  sanctions: 0.5
policies:
  off_ramp: {lever: off_ramp, value: {value: 0.3, range: [0, 1]}, effective: 2018-02-01}
  rise: {lever: pay, value: {value: 2, range: [1, 4]}, effective: 2018-03-01, ramp_days: {value: 7, range: [1, 14]}}
"""

type Load = Callable[[str], Plan]
