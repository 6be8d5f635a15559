"""The `/v1/videos` format."""
