"""The shop's own tests, run by ``manage.py test``: its test database has the desk's tables."""

from io import StringIO

from django.core.management import call_command
from django.test import TestCase, TransactionTestCase

from shop.models import Customer, Order
from shop.support import desk
from supportcore import Actor
from supportcore_sql.django.testing import empty


def order():
    ana = Customer.objects.create(id="ana", name="Ana", email="ana@example.com")
    return Order.objects.create(customer=ana, item="Teapot")


class ComplaintTest(TestCase):
    """Rolled back by Django after each test, tickets and all."""

    def complain(self):
        where = f"/orders/{order().pk}/complaint"
        answer = self.client.post(where, {"text": "Broken"}, "application/json", headers={"X-Customer": "ana"})
        assert 201 == answer.status_code
        listed = self.client.get("/tickets", headers={"X-Customer": "ana"}).json()
        assert ["Teapot"] == [ticket["subject"] for ticket in listed["tickets"]]

    def test_a_complaint_is_listed(self):
        self.complain()

    def test_the_test_before_has_left_nothing(self):
        self.complain()


class WorkerTest(TransactionTestCase):
    """What connects by itself sees only what was committed."""

    def setUp(self):
        empty()
        desk().install()

    def test_an_answer_is_sent(self):
        where = f"/orders/{order().pk}/complaint"
        self.client.post(where, {"text": "Broken"}, "application/json", headers={"X-Customer": "ana"})
        clerk = desk().acting_as(Actor(id="cleo", roles={"clerk"}))
        clerk.reply(clerk.get(1).id, "We send another one.")
        said = StringIO()
        call_command("work", stdout=said)
        assert "to ana@example.com: Your complaint 1" in said.getvalue()
