"""Keyreel: self-hosted video generation that speaks the Vidu API family."""

__version__ = "0.1.0"
