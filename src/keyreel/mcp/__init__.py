"""Keyreel's tools for assistants that speak the Model Context Protocol, built on the SDK."""
