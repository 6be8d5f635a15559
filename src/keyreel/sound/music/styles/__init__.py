"""The styles of the moods: chords, rhythms and players, as data."""
