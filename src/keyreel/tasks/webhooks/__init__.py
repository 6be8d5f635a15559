"""Webhook events, their deliveries and the secrets that sign them. Sends nothing."""
