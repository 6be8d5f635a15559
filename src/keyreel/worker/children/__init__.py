"""Child processes that render and finish: a pool of them, and what they and the worker tell each other."""
