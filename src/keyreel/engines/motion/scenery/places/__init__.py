"""The places that can be drawn: a recipe each, in a file by itself or beside its nearest kin."""
