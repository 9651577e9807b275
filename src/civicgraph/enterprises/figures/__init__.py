"""Figures of the register: how many enterprises there are, by place, industry, list and quarter.

`counting` says what an enterprise counts (pure), `keeping` changes the cells in the transaction of a change,
`closing` closes quarters, `slices` reads them as SQL, `graph` opens them.
"""
