"""A still image as layers in depth: its subject, its background, and what is hidden behind the subject."""
