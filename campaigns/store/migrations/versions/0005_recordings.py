"""Where the sound of a call is kept.

Revision: 0005, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("recording", sa.Text(), server_default="", nullable=False))
