"""Landscapes: sky, land, water, plants."""
