"""Files that people send in: photos and documents, cleaned before they are kept."""
