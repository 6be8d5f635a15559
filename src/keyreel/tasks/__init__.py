"""Durable state: tasks and keys in one database. Runs nothing."""
