"""Engines on a Ray cluster: a driver process speaks to it, and actors there run the engines' children."""
