"""Benchmarks of Keyreel's speed and quality. Only the command line imports this."""
