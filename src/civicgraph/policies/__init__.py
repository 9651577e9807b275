"""Policies that find enterprises 免申即享: the catalogue, who qualifies, what is granted."""
