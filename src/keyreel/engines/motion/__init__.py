"""The motion engine: video synthesised on a plain CPU from the pixels that were given."""
