"""A monkey at the running screen: random keys, mouse, resizes, pastes and faults of providers, over the real client.

Whatever it does, nothing may be raised, no question that was sent may be lost, and the terminal is left clean.
`make monkey` lets it play for longer than the test suite does.
"""
