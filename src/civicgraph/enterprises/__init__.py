"""Enterprises 经营主体: the register, industries, lists and products."""
