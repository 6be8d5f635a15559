"""What routes read from an HTTP request: API key, base URL, body, form; and the rate limit."""
