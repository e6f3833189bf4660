"""Executors of runs: threads, processes, and Dask clusters."""
