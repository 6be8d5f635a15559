"""The camera of a shot: its path, its timing, and the parallax of the layers."""
