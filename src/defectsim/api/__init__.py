"""Run, compare, sweep and resume studies: the public face."""
