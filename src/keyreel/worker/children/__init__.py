"""Child processes that render and finish: their pool, and the messages to and from the worker."""
