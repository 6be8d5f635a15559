"""Comparison of stored files with the tasks that own them. Deletes nothing."""
