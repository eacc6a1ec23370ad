"""What knows nothing of the field: errors, two languages, progress, files, the example's place."""
