"""Interiors: rooms with their windows, hearths, cafés and tables."""
