"""Who there is: columns, units, ties, and people as Mesa agents."""
