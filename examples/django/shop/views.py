"""What the shop answers. A complaint marks the order and opens a ticket in one transaction of Django's."""

import json

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from shop.models import Order
from shop.support import desk
from supportcore import Actor, SupportError
from supportcore.errors import CODES
from supportcore_sql.django import joined


class Refusals:
    """Answers with the reason when the desk refuses; by then Django has rolled back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if not isinstance(error, SupportError):
            return None
        status = CODES[error.code].status
        message = str(error) if status < 500 else "Try again."
        return JsonResponse({"code": error.code, "message": message}, status=status)


def customer(request):
    """Who asks; a real shop knows it from its log-in."""
    name = request.headers.get("X-Customer")
    if not name:
        raise PermissionDenied
    return Actor(id=name, roles={"customer"}, customers={name})


def document(request):
    """Return the JSON object that was sent; 400 for anything else."""
    try:
        said = json.loads(request.body)
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(said, dict):
        raise BadRequest("The body is not a JSON object.")
    return said


@require_POST
@transaction.atomic
def complain(request, number):
    who, said = customer(request), document(request)
    # A double click waits here.
    order = Order.objects.select_for_update().filter(pk=number, customer=who.id).first()
    if order is None:
        raise Http404
    complaint = {"subject": order.item, "description": said.get("text"), "order": str(number)}
    receipt = joined(desk()).acting_as(who).open(complaint, command_id=said.get("command_id"))
    mark(order, receipt.id)
    return JsonResponse({"ticket": receipt.number}, status=201)


def mark(order, ticket):
    order.ticket = ticket
    order.save()


@require_GET
@transaction.atomic
def tickets(request):
    page = joined(desk()).acting_as(customer(request)).find(sort="-number", cursor=request.GET.get("cursor"))
    listed = [{"ticket": one.number, "subject": one.subject, "state": one.state} for one in page.items]
    return JsonResponse({"tickets": listed, "next": page.next})


@require_GET
@transaction.atomic
def ticket(request, number):
    entries = joined(desk()).acting_as(customer(request)).timeline(number)
    return JsonResponse({"timeline": [{"at": one.at, "by": one.actor, "text": one.text} for one in entries]})


@require_POST
@transaction.atomic
def reply(request, number):
    acting, said = joined(desk()).acting_as(customer(request)), document(request)
    receipt = acting.reply(acting.get(number).id, said.get("text"), command_id=said.get("command_id"))
    return JsonResponse({"state": receipt.state}, status=201)


urlpatterns = [
    path("orders/<int:number>/complaint", complain),
    path("tickets", tickets),
    path("tickets/<int:number>", ticket),
    path("tickets/<int:number>/reply", reply),
]
