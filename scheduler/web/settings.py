"""Django's settings for the web app: those of the store, who is signed in, and what browsers may do.

What a server is told stands in its environment, see docs/drift.md; `server` reads that and fills in `SECRET_KEY`.
"""

import ipaddress
import os
from pathlib import Path

from scheduler.store.settings import LOGGING_CONFIG, TIME_ZONE, USE_TZ

__all__ = ["LOGGING_CONFIG", "TIME_ZONE", "USE_TZ"]

#: Names that the app answers to, besides this machine's own; comma-separated.
HOSTS_VARIABLE = "HJUL_HOSTS"
#: Set where people reach the app over TLS: cookies are then sent over nothing else.
TLS_VARIABLE = "HJUL_TLS"

#: The addresses or networks of the proxy in front of the app, comma-separated: what it says of who asks is believed.
PROXY_VARIABLE = "HJUL_PROXY"
#: The header in which that proxy names who has signed in with it.
HEADER_VARIABLE = "HJUL_HEADER"
#: Where the accessibility statement is that every page leads to; the app's own where this is empty.
ACCESSIBILITY_VARIABLE = "HJUL_ACCESSIBILITY"
#: OpenID Connect: the issuer, what the app is called there, its secret, and the claim that names people.
OIDC_VARIABLES = {
    "issuer": "HJUL_OIDC_ISSUER",
    "client_id": "HJUL_OIDC_CLIENT_ID",
    "client_secret": "HJUL_OIDC_CLIENT_SECRET",
    "claim": "HJUL_OIDC_CLAIM",
}

_is_tls = os.environ.get(TLS_VARIABLE, "") not in ("", "0")
_hosts = [name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name.strip()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "scheduler.store.apps.StoreConfig",
    "scheduler.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "scheduler.web.middleware.for_somebody",
    "scheduler.web.middleware.in_sentences",
]
ROOT_URLCONF = "scheduler.web.urls"
AUTH_USER_MODEL = "hjul_web.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_hosts]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in _hosts]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_tls else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_tls
SECURE_HSTS_SECONDS = 31_536_000 if _is_tls else 0
SESSION_COOKIE_NAME = "hjul"
SESSION_COOKIE_AGE = 90 * 24 * 3600  # people stay signed in on their phone
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "scheduler.web.views.refusals.forged"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

#: Scripts and styles come from files of the app's own, and nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

STATIC_URL = "/fast/"
WHITENOISE_ROOT = None
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
STATIC_ROOT = Path(__file__).parent / "static"

#: `server` reads the networks of the proxy into this.
HJUL_PROXIES: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
HJUL_HEADER = os.environ.get(HEADER_VARIABLE, "").strip().lower()
HJUL_ACCESSIBILITY = os.environ.get(ACCESSIBILITY_VARIABLE, "").strip()
HJUL_OIDC = {name: os.environ.get(variable, "").strip() for name, variable in OIDC_VARIABLES.items()}
HJUL_OIDC["claim"] = HJUL_OIDC["claim"] or "preferred_username"

#: How often signing in has failed, by address.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

#: `server` puts that of the project here.
SECRET_KEY = ""

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
