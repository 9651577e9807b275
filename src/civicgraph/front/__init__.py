"""The front: pages that belong to no one room. Home, search, the chosen place, the staff's desk."""
