"""Measurements of what Keyreel promises about its own speed and quality; nothing else imports this."""
