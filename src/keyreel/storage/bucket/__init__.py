"""Storage in a bucket of an object store, which many machines share."""
