"""Provenance: what a video states about its origin, and whether it is true."""
