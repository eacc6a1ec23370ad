"""Addresses -> places on the bicycle network, and the times and paths between them.

- `addresses` knows the addresses of the map, `online` asks Nominatim and keeps the answers;
- `geocoding` finds the places of a project with the two, `travel` rides between them.
"""
