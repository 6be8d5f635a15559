"""A still image as layers in depth: subject, background, and what the subject hides."""
