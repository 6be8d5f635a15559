"""Figures of an installation, as its operators watch it: read by indexed queries alone."""
