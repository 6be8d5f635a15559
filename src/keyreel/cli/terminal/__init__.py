"""A task followed at a terminal: its progress, an interruption, its video saved."""
