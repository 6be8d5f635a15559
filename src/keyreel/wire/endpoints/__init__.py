"""Endpoints: one model doing one operation, as checked fields."""
