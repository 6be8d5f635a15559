"""Whether a host of the family keeps what the catalogue says: shapes, limits, errors and a real result."""
