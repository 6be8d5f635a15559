"""The database: its tables, its connection, its lock. No other folder knows which database it is."""
