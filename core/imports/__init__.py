"""Files that the retailer brings: what kind each is, which column is which, how far it has come, what can be undone.

May import: core.audit, core.shared.
"""
