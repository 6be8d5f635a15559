"""The relay: videos from hosted services of the API family, each ordered and paid for only once."""
