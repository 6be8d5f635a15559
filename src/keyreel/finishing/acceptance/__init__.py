"""Acceptance: inspects a clip before it is finished, and describes its flaws."""
