"""Postgres: the database that several processes share."""
