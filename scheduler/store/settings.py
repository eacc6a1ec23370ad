"""Django's settings, but for the database, which `opening` names."""

INSTALLED_APPS = ["scheduler.store.apps.StoreConfig"]
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
LOGGING_CONFIG = None  # what a process logs is its own business
SECRET_KEY = "no page is signed by the store"  # noqa: S105
