"""The database migrations, run by Alembic when a data folder is opened."""
