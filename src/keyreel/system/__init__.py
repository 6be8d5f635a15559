"""What is asked of the operating system: files that appear whole or not at all, limits for processes."""
