"""The database's history, run by Alembic whenever a data folder is opened."""
