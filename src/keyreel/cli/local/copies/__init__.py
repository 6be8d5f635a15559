"""Copies of an installation: backups of a running server, and moves to another database or folder."""
