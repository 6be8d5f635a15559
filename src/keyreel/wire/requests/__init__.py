"""Parsing: from a request's bytes to validated fields, or a list of its problems."""
