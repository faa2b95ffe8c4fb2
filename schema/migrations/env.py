"""Alembic's entry: migrations run on the connection that `schema.store.database` holds."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import schema.tables
import schema.tables_access
import schema.tables_acts
import schema.tables_review  # noqa: F401  the metadata is filled by the imports

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
context.run_migrations()
