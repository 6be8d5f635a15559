"""The wire formats, one file or folder each."""
