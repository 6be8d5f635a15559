"""Acceptance: a clip is looked at before it is finished, and what is odd about it is put in words."""
