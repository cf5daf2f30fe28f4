"""Run by Alembic. The connection, and its transaction, come from `store/database.py`."""

from alembic import context

from campaigns.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a table: Alembic copies it
)
context.run_migrations()
