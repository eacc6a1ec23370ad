"""The store as an application of Django."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its label stands before the names of its tables in the database."""

    name = "scheduler.store"
    label = "hjul_store"
    default_auto_field = "django.db.models.BigAutoField"
