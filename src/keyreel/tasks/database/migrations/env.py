"""Alembic's entry: runs the migrations on the connection it is lent, inside its open transaction."""

from __future__ import annotations

from alembic import context

from keyreel.tasks.database.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
