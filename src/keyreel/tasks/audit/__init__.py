"""The audit log: what operators changed, who and when, chained by hash. It changes nothing else."""
