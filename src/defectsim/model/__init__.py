"""The model that a paper describes: people, levers, decision rules, transitions and outcomes."""
