"""Addresses -> places on the bicycle network, and the times and paths between them.

- `written` takes an address apart, as people write it, and `spelling` makes names comparable;
- `addresses` knows the addresses of the map, `estimates` tells where a missing number is between its
  neighbours, `online` asks Nominatim and keeps the answers;
- `geocoding` finds the places of a project with the two, `travel` rides between them.
"""
