"""The talk: what the house says and understands, whatever messenger carries it.

Lives here: messages, words by key, typed questions, flows, routes, the conversation. May import: core and the
standard library; never a messenger, a database or HTTP.
"""
