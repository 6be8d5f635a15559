"""Following a task in a terminal: its progress, interruptions, and saving its video."""
