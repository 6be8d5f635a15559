"""The commands, one a file: their options, and what each does."""
