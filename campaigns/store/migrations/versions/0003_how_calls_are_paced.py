"""How calls are paced: a pace given while a campaign runs, why a campaign stands, promised callbacks, the timetable.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("pace", sa.Text(), server_default="", nullable=False))
    op.add_column("campaign", sa.Column("because", sa.Text(), server_default="", nullable=False))
    promised = sa.text("state = 'open' AND last_disposition = 'callback'")
    op.create_index(
        "ix_contact_promised",
        "contact",
        ["campaign_id", "next_at", "id"],
        sqlite_where=promised,
        postgresql_where=promised,
    )
    op.create_table(
        "timetable",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("next_run_time", sa.Float(), nullable=True),
        sa.Column("job_state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable")),
    )
    op.create_index("ix_timetable_next_run_time", "timetable", ["next_run_time"])
