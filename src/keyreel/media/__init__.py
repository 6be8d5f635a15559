"""A thin, typed layer over PyAV: films are written, read, probed, joined and labelled; knows no tasks."""
