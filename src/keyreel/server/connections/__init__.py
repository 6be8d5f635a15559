"""Connections to the HTTP server: accepted, and limited in number, time, and bytes."""
