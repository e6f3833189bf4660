"""Mutate every shipped scenario and sweep, and see that each mutant is accepted or refused with a place."""
