"""The door behind a button of a campaign that leads to a page: the tap is counted, the person goes on.

May import: bot and core, adapters.http.
"""
