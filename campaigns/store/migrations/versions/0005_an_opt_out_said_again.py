"""An opt-out that was revoked and is said again in the same call is an entry of its own.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHECKS = (  # SQLite makes the table anew, and a copy of it has only the checks it is told
    sa.CheckConstraint("(scope = 'everyone') = (target = '')", name=conv("ck_dnc_entry_target_by_scope")),
    sa.CheckConstraint("scope IN ('everyone', 'brand', 'campaign', 'purpose')", name=conv("ck_dnc_entry_scope_known")),
    sa.CheckConstraint(
        "source IN ('spoken', 'key', 'import', 'person', 'complaint', 'national_list', 'wrong_number')",
        name=conv("ck_dnc_entry_source_known"),
    ),
)


def upgrade() -> None:
    with op.batch_alter_table("dnc_entry", schema=None, table_args=CHECKS) as batch_op:
        batch_op.drop_constraint(op.f("uq_dnc_entry_call_id_source_scope_target"), type_="unique")
    in_force = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_dnc_entry_call_in_force",
        "dnc_entry",
        ["call_id", "source", "scope", "target"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
