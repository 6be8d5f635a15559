"""The database: connection, tables, migrations, retries, the lock of its folder."""
