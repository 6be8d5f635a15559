"""Submitting a task: from a body in a dialect to a task on disk. Independent of HTTP."""
