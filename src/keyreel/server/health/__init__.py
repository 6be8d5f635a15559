"""How the server is: its parts, its engines, and an app that tells nothing else."""
