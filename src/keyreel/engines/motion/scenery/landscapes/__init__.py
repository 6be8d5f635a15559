"""Landscapes: sky, land, plants."""
