"""A thin, typed layer over PyAV: writes, reads, probes, joins, and tags videos."""
