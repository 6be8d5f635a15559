"""The HTTP server: accepts requests in any dialect, stores tasks, answers polls, sends files."""
