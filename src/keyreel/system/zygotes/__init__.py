"""Zygotes: small processes that have imported a program once and fork a child for each run."""
