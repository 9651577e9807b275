"""The register at the size of the city: entered, killed and entered on, searched, matched and sent out."""
