"""Tenants, their API keys, quotas and credits."""
