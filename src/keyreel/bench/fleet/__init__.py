"""Many nodes on one Postgres: what they do in a second, and how much of it they share."""
