"""What reports ask: the variant heard, the hour on the callee's clock, whether the message came home.

A call's log moves into a table of its own, so that whoever reads the calls does not read their logs.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call_log",
        sa.Column("call_id", KEY, autoincrement=False, nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_log_call_id_call")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_log")),
    )
    op.execute("INSERT INTO call_log (call_id, events) SELECT id, events FROM call WHERE events IS NOT NULL")
    op.drop_column("call", "events")
    op.add_column("call", sa.Column("variant", sa.Text(), server_default="", nullable=False))
    op.add_column("call", sa.Column("week_hour", sa.Integer(), nullable=True))
    op.add_column("call", sa.Column("heard", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE call SET heard = TRUE WHERE disposition = 'completed'")
