"""Executors: what runs an engine's work for the worker, and which of them runs which engine."""
