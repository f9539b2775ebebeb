"""Everything an operator can set comes from the environment; see README.md, "Settings"."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
PARLEY_DATA = Path(env("PARLEY_DATA", default=str(BASE_DIR / "var")))

DATABASES_GIVEN = [name for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ]
# `manage.py up` leaves the addresses of the databases it embeds here, so that every other command finds them.
if not DATABASES_GIVEN:
    env.read_env(PARLEY_DATA / "embedded.env")


def whole_number(name, *, default):
    """What the environment says. Ends the process with a sentence if it is no whole number."""
    try:
        return env.int(name, default=default)
    except ValueError:
        sys.exit(f"{name} is “{env(name)}”: set a whole number, for example {name}={default}.")


# What it is reached by

HOST = env("HOST", default="127.0.0.1")
PORT = whole_number("PORT", default=8000)
SITE_URL = env("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
SITE_HOST = environ.urlparse(SITE_URL).hostname or ""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", SITE_HOST])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECRET_KEY = env("SECRET_KEY", default="")
DEBUG = False

IS_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
# The header in which the proxy says from which country a visitor comes, such as CF-IPCountry; empty: not known.
COUNTRY_HEADER = env("COUNTRY_HEADER", default="")
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_NAME = "parley_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "parley_csrf"

# The sample shop and its people; refused where others can come in.
PARLEY_DEMO = env.bool("PARLEY_DEMO", default=True)

# What it is made of

INSTALLED_APPS = [
    "daphne",
    "chatsite.apps.ChatsiteConfig",
    "inbox",
    "notifications",
    "dialogues",
    "routing",
    "chatsite.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "csp",
    "django_htmx",
    "django_rq",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "chatsite.urls"
ASGI_APPLICATION = "chatsite.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Where it keeps things

DATABASES = {
    "default": {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    | env.db("DATABASE_URL", default="postgres:///parley")
}
# Postgres itself writes the folder of a socket with %2F, which env.db leaves as it is.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"].get("HOST", ""))
# A transaction that forgot itself must not hold a chat's row for longer than this.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c idle_in_transaction_session_timeout=5s"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
# Deadlines have a worker of their own: a hanging mail server must not delay a timeout.
RQ_QUEUES = {
    "deadlines": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 10},
    "default": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 60},
}
RQ = {"WORKER_CLASS": "chatsite.worker.Worker"}
MEDIA_ROOT = PARLEY_DATA / "media"
MEDIA_URL = "media/"
STATIC_ROOT = PARLEY_DATA / "static"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# How it sends mail

# Without a mail server each mail is kept in a file; the admin shows them too.
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = PARLEY_DATA / "mail"
# A mail server that never answers must not hold the worker.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"Parley <parley@{SITE_HOST}>")

# Who comes in

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox:home"
LOGOUT_REDIRECT_URL = "login"

# How it speaks

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

# How often each page hears how far its conversations are; also how long a right that was lost still lasts.
BEAT_SECONDS = whole_number("BEAT_SECONDS", default=15)
# A line is lost once not even the browser has answered for this long.
SILENT_LINE_SECONDS = whole_number("SILENT_LINE_SECONDS", default=15)

# How often it looks over its own data, mends what it safely can, and reports the rest; 0: never.
SELF_CHECK_SECONDS = whole_number("SELF_CHECK_SECONDS", default=60)

# Limits (design of record, sections 3, 4 and 8)

MESSAGES_PER_VISITOR = whole_number("MESSAGES_PER_VISITOR", default=10)
MESSAGES_PER_VISITOR_SECONDS = whole_number("MESSAGES_PER_VISITOR_SECONDS", default=5)
REQUESTS_PER_VISITOR = whole_number("REQUESTS_PER_VISITOR", default=5)
REQUESTS_PER_ADDRESS = whole_number("REQUESTS_PER_ADDRESS", default=30)
REQUESTS_PER_SECONDS = whole_number("REQUESTS_PER_SECONDS", default=600)
