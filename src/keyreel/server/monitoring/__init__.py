"""Monitoring of requests: a log line for each, and metrics."""
