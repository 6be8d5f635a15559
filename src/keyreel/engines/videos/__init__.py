"""The engine type `videos`: model servers with `/v1/videos` make the frames, one call at a time."""
