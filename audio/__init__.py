"""Sound in and out. This package knows nothing of calls, campaigns or stores."""
