"""Serve the desk of a store to the people in its catalogue: python serve.py DESK STORE; see README.md."""

import sys
from pathlib import Path
from wsgiref.simple_server import make_server

from portal import portal

from supportcore import Actor, Desk, load_definition, open_store

if len(sys.argv) != 3:
    sys.exit(__doc__)
name, url = sys.argv[1:]
desk = Desk(load_definition(Path(name) if name.endswith(".toml") else name), open_store(url))
desk.store.migrate()
inside = {role.key for role in desk.definition.roles if role.side == "staff"}
outside = {role.key for role in desk.definition.roles} - inside
people = {one.id: Actor(id=one.id, roles=inside, locale=one.locale) for one in desk.catalogue.find("agent")}
for one in desk.catalogue.find("contact"):
    people[one.id] = Actor(id=one.id, roles=outside, customers=one.customers, locale=one.locale)
print("http://127.0.0.1:8000: sign in as", ", ".join(people))
make_server("127.0.0.1", 8000, portal(desk, people)).serve_forever()
