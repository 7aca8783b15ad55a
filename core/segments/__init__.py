"""A segment as data: which customers are meant, in a tree that a marketer edits, a program reads and SQL answers.

May import `core.surveys` and all below it.
"""
