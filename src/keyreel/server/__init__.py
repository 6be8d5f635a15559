"""The HTTP side: reads requests in any dialect, stores tasks, answers polls, serves files."""
