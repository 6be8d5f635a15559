"""The commands, one per file: their options and what they do."""
