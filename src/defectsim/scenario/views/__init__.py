"""Views of a scenario: outline, explanation and evidence."""
