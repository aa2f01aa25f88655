"""Run by Alembic inside the transaction that `ticker.store.migrate` opened: no alembic.ini, no logging set up."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="ticker_schema")
with context.begin_transaction():
    context.run_migrations()
