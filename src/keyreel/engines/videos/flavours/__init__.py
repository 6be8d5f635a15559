"""The differences between servers with `/v1/videos`: one file per server."""
