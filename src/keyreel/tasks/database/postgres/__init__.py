"""Postgres: the database that several processes can share."""
