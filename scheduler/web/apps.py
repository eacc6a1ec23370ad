"""The web app as an application of Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Its label stands before the names of its tables in the database."""

    name = "scheduler.web"
    label = "hjul_web"
    default_auto_field = "django.db.models.BigAutoField"
