"""Where the sound of a call is kept.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("recording", sa.Text(), server_default="", nullable=False))
