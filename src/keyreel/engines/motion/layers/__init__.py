"""A still image as layers in depth: subject, background, and what lies hidden behind."""
