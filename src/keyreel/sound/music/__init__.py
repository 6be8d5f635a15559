"""Music: composed for a mood, arranged, and played on sampled instruments."""
