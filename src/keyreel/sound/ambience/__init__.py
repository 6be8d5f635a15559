"""Ambience: synthesized sounds of weather, water, places and animals."""
