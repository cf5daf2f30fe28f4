"""What the dialer is made of: how contacts are claimed, how calls are held and written down, what keeps the pace."""
