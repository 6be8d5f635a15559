"""The checks of `keyreel doctor`, by what they look at."""
