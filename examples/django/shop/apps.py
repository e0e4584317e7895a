"""``manage.py migrate`` makes the desk's tables, too, and stores its rules; so has every test database."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from supportcore_sql.django import migrate_with


class Shop(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        migrate_with(self)
        post_migrate.connect(install, sender=self)


def install(**_):
    from shop.support import desk

    desk().install()
