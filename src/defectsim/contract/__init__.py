"""The contract that every rule keeps, checked; and a first rule to begin from."""
