"""Figures: how the city fares with grievances, by place, month, category and channel.

`counting` says what a grievance counts (pure), `models` holds the cells, `keeping` changes them in the
transaction of a step, `checking` compares them with the grievances at night, `graph` reads them.
"""
