"""Connections to the HTTP server: accepted, bounded in number, time and bytes. Knows no routes."""
