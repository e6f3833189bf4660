"""The population: forces, people and their columns, ties, and people as Mesa agents."""
