"""The house put together: settings, wiring, the command, the web, the demo. The only place that knows everybody.

May import: everything.
"""
