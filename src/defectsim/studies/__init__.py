"""From a question to runs: plan, execute, store."""
