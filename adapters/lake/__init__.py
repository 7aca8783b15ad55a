"""The lake: purchase history as Parquet files by month, from imports and from the tills.

Imports pyarrow and the core's values. It holds no name and no phone: people are ids, or keyed hashes of phones that
nobody has proven yet.
"""
