"""Drawn scenery: how the picture of a place is composed."""
