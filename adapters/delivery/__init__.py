"""Inbox and outbox at work: what came in is handled in order per person, what is to be said is sent after commit.

May import: core, bot. Rooms behind ports: the database (lanes, stores), the channels, the reader of barcodes.
"""
