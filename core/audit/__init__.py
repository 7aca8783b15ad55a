"""The audit log: who of the staff, or which program, changed what, in lines that only grow and are chained.

May import: core.shared.
"""
