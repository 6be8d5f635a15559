"""The styles of the moods: chords, rhythms and layers, as data."""
