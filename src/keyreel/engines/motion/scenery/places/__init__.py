"""The places that can be drawn: one recipe each, with related places in one file, and the table of all."""
