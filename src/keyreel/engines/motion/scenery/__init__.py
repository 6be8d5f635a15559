"""Drawn scenery: composition of the image of a place."""
