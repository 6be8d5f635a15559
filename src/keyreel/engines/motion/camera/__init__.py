"""The camera of a shot: its path, its timing, and the parallax of layers that it sees."""
