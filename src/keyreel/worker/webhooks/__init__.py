"""Sending webhooks: signed requests, retried until they are delivered."""
