"""
Serve the desk of a store to the people in its catalogue: python serve.py DESK STORE; see README.md.

The catalogue does not say who has which role; that is the host's to know. Here everybody may sign in as any role of his
side: as his id, a colon and the key of the role.
"""

import sys
from pathlib import Path
from wsgiref.simple_server import make_server

from portal import portal

from supportcore import Actor, Desk, load_definition, open_store

MOST = 1000
"""Records of a kind that are read at once."""


def people_of(desk: Desk) -> dict[str, Actor]:
    """Return everybody once for each role of his side, with his customers and his teams."""
    teams = desk.catalogue.find("team", limit=MOST)
    people = {}
    for kind, side in (("contact", "customer"), ("agent", "staff")):
        for one in desk.catalogue.find(kind, limit=MOST):
            member = {team.id for team in teams if one.id in getattr(team, "members", ())}
            for role in (role.key for role in desk.definition.roles if role.side == side):
                said = {"customers": getattr(one, "customers", ()), "teams": member, "locale": one.locale}
                people[f"{one.id}:{role}"] = Actor(id=one.id, roles={role}, **said)
    return people


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    name, url = sys.argv[1:]
    desk = Desk(load_definition(Path(name) if name.endswith(".toml") else name), open_store(url))
    desk.store.migrate()
    people = people_of(desk)
    print("http://127.0.0.1:8000: sign in as", ", ".join(people))
    make_server("127.0.0.1", 8000, portal(desk, people)).serve_forever()
