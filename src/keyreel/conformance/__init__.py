"""The conformance kit: whether a host keeps the catalogue's schemas, limits, errors and results."""
