"""Many nodes on one Postgres: their throughput, and how fairly they share it."""
