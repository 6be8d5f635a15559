"""Submitting a task: from a body in a dialect's words to a task on disk. Knows no HTTP."""
