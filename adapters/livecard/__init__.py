"""The live web card: a customer's code, always fresh, on a page that opens from a messenger.

Imports the HTTP manners, the bot's words and the core; Telegram's proof of who looks is handed in by the app.
"""
