"""Analytics: purchase history becomes features, clusters, churn and the week's personal offers.

Expressions in Ibis for what a database does well, on DuckDB over the lake or on a grown retailer's own engine; compiled
loops over arrays for what it does not. May import: core, the lake's files. It knows no person: owners are ids, goods
are skus, and what it finds leaves as Arrow tables.
"""
