"""Engines on a Ray cluster: a bridge process speaks to it, and actors there run the engines' children."""
