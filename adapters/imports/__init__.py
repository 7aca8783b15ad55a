"""Files that the retailer brings: read row by row, checked, and put on the shelves in one piece.

May import: core. Behind a port: the database.
"""
