"""What everything stands on: dates, random streams, levers, statuses, sections of scenarios, errors."""
