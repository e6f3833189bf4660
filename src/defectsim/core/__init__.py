"""The base of all rooms: dates, random streams, sections of scenarios, named code, errors."""
