"""Codes drawn and codes read: the card's picture, the till's QR, barcodes in a photo.

May import: core, bot. Pillow and zxing-cpp are loaded by the rooms that use them, not by this door.
"""
