"""Shows a report (`campaigns.reports`): on the terminal, and as one page to keep or to send.

Decides how figures look and in which words; never what they are.
"""
