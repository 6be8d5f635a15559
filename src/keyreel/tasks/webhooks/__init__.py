"""Webhook events, their deliveries, and the signing secrets. Sends nothing."""
