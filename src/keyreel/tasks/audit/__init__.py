"""The audit log: what operators changed, who and when, chained by hash."""
