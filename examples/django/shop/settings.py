"""The least that a site needs."""

import os

SECRET_KEY = os.environ.get("SHOP_SECRET", "for the example only")
ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", "shop.db"),
        # A transaction that reads first and writes later fails on SQLite if somebody else wrote in between.
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},  # Django 5.1 or newer
    }
}
INSTALLED_APPS = ["shop"]
MIDDLEWARE = ["shop.views.Refusals"]
ROOT_URLCONF = "shop.views"
USE_TZ = True
