"""``manage.py seed``: something to try the shop with."""

from django.core.management.base import BaseCommand
from django.db import transaction

from shop.models import Customer, Order


class Command(BaseCommand):
    help = "Let the customer ana order a teapot, unless she is there."

    @transaction.atomic
    def handle(self, *args, **options):
        ana, new = Customer.objects.get_or_create(id="ana", defaults={"name": "Ana", "email": "ana@example.com"})
        if new:
            Order.objects.create(customer=ana, item="Teapot")
