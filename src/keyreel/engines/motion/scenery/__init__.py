"""Drawn scenery: how the image of a place is composed."""
