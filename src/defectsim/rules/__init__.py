"""Rules of a scenario: bindings, fingerprints and compiling."""
