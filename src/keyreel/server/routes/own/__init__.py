"""Keyreel's own routes for API keys: tasks of any format, their events, uploads, engines, the key."""
