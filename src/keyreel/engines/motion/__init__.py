"""The motion engine: video synthesised on a CPU from the given pixels."""
