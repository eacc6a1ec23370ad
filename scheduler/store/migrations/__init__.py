"""Every change of the store's tables, from the first on."""
