"""Event-history analysis of runs: cumulative hazards, their ratios, and cumulative incidence."""
