"""Child processes that render and finish: a pool of them, and the messages between them and the worker."""
