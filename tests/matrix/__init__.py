"""Every fault of the list in the failover policy, at every phase of an answer, over every wire format: a matrix whose
cells all have a stated outcome, and all run.

    python -m tests.matrix          prints it as Markdown, with counts

A cell is one fault at one phase (before the headers, after them, before the first token, after some tokens, after the
finish marker), from one provider, which answers as a stream or with one whole JSON value. Its outcome is data:
`faults/` says for each fault what befalls it (`Fails` by a row of `outcomes.ROWS`, `Whole`, or `Cannot` with the
reason), and `outcomes` derives from that what the next request is, what health says and what a person is told.
`runner` plays each cell through the real client, over a network in memory and in virtual time; `real` plays one of
each fault over real sockets.
"""
