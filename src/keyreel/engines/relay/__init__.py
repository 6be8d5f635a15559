"""The relay: videos from hosted services of the family, each ordered and paid for once."""
