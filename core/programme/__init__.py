"""The rules a retailer sets, read once from `programme.toml` and frozen.

May import: core.shared.
"""
