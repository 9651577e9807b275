"""Divisions 行政区划: the city's tree of counties, subdistricts, communities; compounds and profiles."""
