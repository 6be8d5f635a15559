"""A thin, typed layer over PyAV: videos are written, read, probed, joined and tagged; knows no tasks."""
