"""Products 产品 and markets 市场: what enterprises make, where, how much of it, and where it is sold."""
