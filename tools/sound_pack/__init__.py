"""Reads a SoundFont and cuts the instruments that the composer plays out of it."""
