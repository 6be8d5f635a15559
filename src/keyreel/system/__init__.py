"""What the operating system is asked for: files that appear whole or not at all, limits for child processes."""
