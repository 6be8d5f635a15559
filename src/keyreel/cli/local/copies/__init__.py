"""Copies of an installation: backups beside a running server, and moves to another database or folder."""
