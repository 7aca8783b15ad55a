"""People: who they are, where they can be spoken to, what they agreed to, and how a phone is proven.

May import: core.programme, core.shared.
"""
