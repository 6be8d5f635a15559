"""The native format, and the formats that are built on it."""
