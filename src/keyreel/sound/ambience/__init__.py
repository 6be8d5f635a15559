"""Ambience: the natural sounds of weather, water, places and creatures."""
