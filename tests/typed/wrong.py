"""What a typed host must be told of: every line marked here is an error for mypy and for pyright; never run."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from supportcore import Actor, AsyncDesk, Customer, Desk, load_definition, open_async_store, open_store
from supportcore.accounts import Accounts, AsyncAccounts
from supportcore.copying import copy_store
from supportcore.exploring import explore
from supportcore.linting import lint
from supportcore.sla import Calendar
from supportcore.testing.invariants import eventually_within
from supportcore.testing.machine import machine_for

desk = Desk(load_definition("noova"), open_store("memory://"))
me = desk.acting_as(Actor(id="ana"))

Actor(name="Ana")  # wrong
Customer("acme", "ACME")  # wrong
desk.acting_as("ana")  # wrong
Desk("noova", open_store("memory://"))  # wrong
Desk(load_definition("noova"), open_async_store("memory://"))  # wrong
AsyncDesk(load_definition("noova"), open_store("memory://"))  # wrong
me.open("It prints twice")  # wrong
me.reply(1, "text")  # wrong
me.get("x").number.upper()  # wrong
print(me.page("x").nothing)  # wrong
me.get("x").state = "closed"  # wrong
desk.run_due(100)  # wrong
load_definition(1)  # wrong
Calendar(zone="UTC", weekly={})  # wrong
me.draft(StringIO("text"), "text.txt")  # wrong
me.find(50)  # wrong
me.submit("open", {})  # wrong
desk.deliver(print, most=3)  # wrong
desk.deliver("postmaster@example.org")  # wrong
desk.install(customers=["acme"])  # wrong
AsyncAccounts(desk)  # wrong
Accounts(desk).login("ana").upper()  # wrong
copy_store(desk, open_store("memory://"))  # wrong
explore("noova")  # wrong
lint(desk)[0].message()  # wrong
eventually_within(72, str)  # wrong
eventually_within(timedelta(hours=72))  # wrong
machine_for(load_definition("noova"), invariants=lint)  # wrong
