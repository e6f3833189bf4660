"""The model: statuses, people, levers, decision rules and outcomes, on core alone."""
