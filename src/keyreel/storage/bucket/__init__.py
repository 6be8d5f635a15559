"""Storage in a bucket of an object store that several machines share."""
