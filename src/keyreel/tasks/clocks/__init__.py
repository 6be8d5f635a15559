"""Clocks that can be moved in development, or that detect jumps of the system time."""
