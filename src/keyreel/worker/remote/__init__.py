"""Engines whose videos are made by other servers: they run in the worker's own process, and only wait."""
