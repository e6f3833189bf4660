"""Rules of a scenario: which rule is whose, fingerprints and compiling."""
