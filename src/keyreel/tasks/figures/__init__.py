"""Figures for monitoring an installation, read with indexed queries only."""
