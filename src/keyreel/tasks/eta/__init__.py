"""Estimates of when queued tasks start and end, from the queues and the pace of the engines."""
