"""Stored files, compared with the tasks that own them. Deletes none."""
