"""Engines whose videos are made by other servers. They run in the worker's process and only wait."""
