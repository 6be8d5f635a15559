"""The checks of `keyreel doctor`, by topic."""
