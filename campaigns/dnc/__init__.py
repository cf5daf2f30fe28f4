"""The do-not-call register: what an entry is, how lists of numbers are read, and how the register is handed out.

Keeping entries is `campaigns/store/register.py`; nothing here writes to the store.
"""

from campaigns.dnc.bulk import read_numbers
from campaigns.dnc.entries import Entry, NewEntry, Reach
from campaigns.dnc.exporting import ExportFormat, Written, harmless, write_entries
from campaigns.dnc.numbers import NotANumber, e164
from campaigns.dnc.reading import MENDED, ListFormat, ListLine, RejectedLine, format_of, read_list

__all__ = [
    "MENDED",
    "Entry",
    "ExportFormat",
    "ListFormat",
    "ListLine",
    "NewEntry",
    "NotANumber",
    "Reach",
    "RejectedLine",
    "Written",
    "e164",
    "format_of",
    "harmless",
    "read_list",
    "read_numbers",
    "write_entries",
]
