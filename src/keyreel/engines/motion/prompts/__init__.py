"""Prompts parsed into directions: camera moves, effects, subjects, setting."""
