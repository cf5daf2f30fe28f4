"""What the project can do, and what it costs. Each of them is run as a module, from the project's folder."""

import outbound  # noqa: F401 - before numpy, as in a run: it says how many threads a sum may take
