"""What reports ask: the variant heard, the hour on the callee's clock, how far the call came.

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
    op.add_column("call", sa.Column("stage", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        """
        UPDATE call SET stage = CASE
            WHEN disposition IN ('voicemail', 'screened') THEN 0
            WHEN EXISTS (SELECT 1 FROM call_result r WHERE r.call_id = call.id AND r.kind = 'rating') THEN 4
            WHEN EXISTS (SELECT 1 FROM call_result r WHERE r.call_id = call.id AND r.kind = 'answer') THEN 3
            WHEN disposition = 'completed' THEN 2
            WHEN disposition IN
              ('opted_out', 'transferred', 'callback', 'wrong_number', 'crisis', 'hung_up', 'no_response') THEN 1
            WHEN EXISTS (SELECT 1 FROM call_result r WHERE r.call_id = call.id) THEN 1
            ELSE 0 END
        """
    )
    op.drop_index("ix_call_campaign", table_name="call")
    op.create_index(
        "ix_call_report",
        "call",
        ["campaign_id", "contact_id", "dialed_at", "disposition", "stage", "week_hour", "variant", "seconds"],
    )
    op.create_index("ix_call_result_kind", "call_result", ["kind", "call_id"])
