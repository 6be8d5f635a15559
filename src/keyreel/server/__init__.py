"""The HTTP server: takes requests in any dialect, stores tasks, answers polls, sends files."""
