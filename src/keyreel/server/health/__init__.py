"""Health of the server: its components, its engines, and an app with only the health checks."""
