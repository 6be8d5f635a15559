"""The vtrix format."""
