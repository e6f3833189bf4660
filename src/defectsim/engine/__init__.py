"""How a week passes: the Mesa model, the reference loop, the compiled columns, the record."""
