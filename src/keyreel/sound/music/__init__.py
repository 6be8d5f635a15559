"""Music: composed for a mood, arranged, and rendered with sampled instruments."""
