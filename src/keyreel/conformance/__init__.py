"""The conformance tests: whether a host follows the catalogue's schemas, limits, errors, and results."""
