"""Benchmarks: the engines beside the same model written as Mesa's users write models. Run by ``make bench``."""
