"""Clocks that can be driven in development, or that distrust a jump of the system time."""
