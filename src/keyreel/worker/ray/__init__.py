"""Engines on a Ray cluster: a driver process connects to it, and actors run the engines' child processes."""
