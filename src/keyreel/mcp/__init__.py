"""Keyreel's tools for assistants that support the Model Context Protocol, built on the SDK."""
