"""Dialogue found in prompts: who says what."""
