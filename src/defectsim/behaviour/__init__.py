"""Why people act: rules, and the default ones."""
