"""From a request's bytes to checked fields, with everything that is wrong with it."""
