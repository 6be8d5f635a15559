"""What routes read of an HTTP request: API key, base URL, body, form; and its rate limit."""
