"""The operating system and its limits: atomic files, limited processes, valid values."""
