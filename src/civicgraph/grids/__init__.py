"""Grids 网格: the smallest units of the city, the nets they merge, and their grid workers."""
