"""HTTP manners shared by the web rooms: typed endpoints, problem documents, headers, sessions, assets, logs.

Knows none of the rooms above it. May import: core.shared.
"""
