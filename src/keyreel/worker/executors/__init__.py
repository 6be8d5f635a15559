"""Executors run an engine's work for the worker. This chooses an executor for each engine."""
