"""What every route needs of a request: key, body, rate limit, idempotency."""
