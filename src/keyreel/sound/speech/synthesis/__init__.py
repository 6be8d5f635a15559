"""Voices synthesised: text to phonemes, phonemes to samples."""
