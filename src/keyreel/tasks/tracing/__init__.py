"""Traces of tasks: what the steps of one are called, and how any process adds to the same trace."""
