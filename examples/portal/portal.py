"""A portal that serves any desk from views alone, and knows nothing of what a desk calls its things; see README.md."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from jinja2 import Environment, FileSystemLoader
from jsonschema import Draft7Validator

from supportcore import Actor, Desk, SupportError
from supportcore.desk.views import dump

BODY_LIMIT = 2_000_000  # bytes of a form that is sent
POLICY = "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
TEMPLATES.filters["query"] = lambda said: urlencode({key: value for key, value in said.items() if value})
Answer = tuple[str, list[tuple[str, str]], Iterable[bytes]]
Sent = Mapping[str, list[str]]


def portal(desk: Desk, people: Mapping[str, Actor]) -> WSGIApplication:
    """Return the portal of a desk for people by the secret each of them has; in a host its own sign-in takes over."""
    key = secrets.token_bytes(32)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        status, headers, body = Visit(desk, people, key, environ).answer()
        start(status, headers)
        return body

    return answer


class Visit:
    """One request: a method for each address, such as ``get_ticket`` for ``GET /ticket/…``."""

    def __init__(self, desk: Desk, people: Mapping[str, Actor], key: bytes, environ: WSGIEnvironment) -> None:
        self.desk, self.people, self.key, self.environ, self.locale, self.token = desk, people, key, environ, "", ""
        self.method, self.path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        said = environ.get("CONTENT_LENGTH") or "0"
        self.size = self.left = int(said) if said.isdecimal() and len(said) < 12 else -1  # bytes of the body
        self.query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}

    def answer(self) -> Answer:
        """Let the method of the address answer, to somebody who is signed in."""
        if self.method not in ("GET", "POST") or self.size < 0:
            return self.html("base", "400 Bad Request", title="400")
        if self.size > BODY_LIMIT and not self.path.startswith("/draft"):
            return self.html("base", "413 Content Too Large", title="413")
        cookies = dict(part.strip().partition("=")[::2] for part in self.environ.get("HTTP_COOKIE", "").split(";"))
        person = self.people.get(cookies.get("person", ""))
        if person is None:
            return self.sign_in()
        self.locale, self.me = self.desk.definition.labels.language(person.locale), self.desk.acting_as(person)
        self.token = hmac.new(self.key, person.id.encode(), "sha256").hexdigest()
        first, _, rest = self.path.strip("/").partition("/")
        if (handler := getattr(self, f"{self.method.lower()}_{first or 'home'}", None)) is None:
            return self.html("base", "404 Not Found", title="404")
        try:
            return handler(rest)
        except SupportError as error:
            told = self.me.error(error)
            return self.html("base", f"{told.status} {told.code}", title=told.text)

    def sign_in(self) -> Answer:
        secret = self.sent().get("secret", [""])[0] if self.method == "POST" else ""
        if secret not in self.people:
            return self.html("base", "401 Unauthorized", title="…", sign_in=True)
        cookie = f"person={secret}; HttpOnly; SameSite=Strict; Path=/"
        return "303 See Other", [("Location", "/"), ("Set-Cookie", cookie)], []

    def get_home(self, _: str) -> Answer:
        return self.html("home", home=dump(self.me.home()))

    def get_list(self, key: str) -> Answer:
        where = {name[2:]: value for name, value in self.query.items() if name.startswith("f.")}
        given = {name: self.query.get(name) or None for name in ("board", "cell", "sort", "cursor")}
        given |= {"search": self.query.get("search", ""), "page": whole(self.query.get("page", "")) or None}
        view = dump(self.me.listing(key or None, where=where, **given))
        here = {name: value for name, value in self.query.items() if name not in ("page", "cursor")}
        return self.html("list", view=view, here=here)

    def get_questions(self, _: str) -> Answer:
        return self.lines(dump(self.me.questions()), "/ticket/{number}", "text", "title")

    def get_articles(self, _: str) -> Answer:
        asked, after = self.query.get("q", ""), self.query.get("next", "")
        if not asked:
            return self.lines(dump(self.me.articles(after=after)), "/article/{id}", "title", asked="")
        view = dump(self.me.search(asked, page=whole(after) or 1))
        return self.lines(view, "/article/{id}", "title", "snippet", asked=asked)

    def get_suggest(self, _: str) -> Answer:
        return self.html("suggest", view=dump(self.me.suggest(self.query.get("q", ""), typing="typing" in self.query)))

    def get_notices(self, _: str) -> Answer:
        view = dump(self.me.notices(before=self.query.get("next", "")))
        self.me.mark_read([item["id"] for item in view["items"]])
        return self.lines(view, "/ticket/{number}", "title", "body")

    def get_files(self, _: str) -> Answer:
        view = dump(self.me.files(before=whole(self.query.get("next", "")) or None))
        return self.lines(view, "/file/{file[id]}", "file.name", "file.caption", "subject")

    def get_calendar(self, _: str) -> Answer:
        return self.lines(dump(self.me.calendar()), "/ticket/{number}", "title", "due.text", "state")

    def get_article(self, key: str) -> Answer:
        return self.html("page", article=dump(self.me.article(key, suggestion=self.query.get("suggestion", ""))))

    def get_profile(self, _: str) -> Answer:
        return self.html("page", profile=dump(self.me.profile()))

    def get_edit(self, _: str) -> Answer:
        return self.filled(dump(self.me.profile_form()))

    def get_ticket(self, number: str) -> Answer:
        return self.html("page", page=dump(self.me.page(whole(number))))

    def lines(self, view: Any, address: str, *told: str, **more: Any) -> Answer:
        """Show items as lines that lead somewhere."""
        lines = [(address.format_map(item), [reached(item, name) for name in told]) for item in view["items"]]
        more |= {key: view.get(key) for key in ("title", "empty", "next", "position")}
        return self.html("list", lines=lines, **more)

    def get_new(self, key: str) -> Answer:
        link = next((link for link in self.me.home().forms if link.key == key), None)
        asked = {"area": link.area, "service": link.service, "variant": link.variant} if link else {}
        return self.filled(dump(self.me.form(**asked)))

    def get_do(self, rest: str) -> Answer:
        number, _, name = rest.partition("/")
        action = next((one for one in self.me.page(whole(number)).actions if one.name == name), None)
        if action is None or action.form is None:
            told = " ".join(reason.text for reason in action.reasons) if action else "404"
            return self.html("base", "409 Conflict", title=told)
        return self.filled(dump(action.form))

    post_new, post_do, post_edit = get_new, get_do, get_edit

    def filled(self, form: Any) -> Answer:
        """Give the command of a form, or show the form: as it is at first, or with what is wrong with what was sent."""
        if self.method == "GET":
            return self.form(form, form["data"])
        sent = self.sent()
        if not hmac.compare_digest(sent.get("_token", [""])[0], self.token):
            return self.html("base", "403 Forbidden", title="403")
        document = read(form["schema"], sent)
        if "_again" in sent:  # something was chosen on which other fields hang
            return self.form(form, document, sent)
        seen, suggestion, command_id = (sent.get(key, [""])[0] for key in ("_seen", "_suggestion", "_id"))
        submit = {**form["submit"], "seen_version": whole(seen) or None, "suggestion": suggestion}
        files = sent.get("_files", [])
        try:
            if submit["command"] == "save_profile":  # is no command, and has no receipt
                self.me.save_profile(gone(form, document), files=files)
                return "303 See Other", [("Location", "/profile")], []
            receipt = self.me.submit(submit, document, files=files, command_id=command_id or None)
        except SupportError as error:
            return self.form(form, document, sent, dump(self.me.error(error)))
        return "303 See Other", [("Location", f"/ticket/{receipt.number}")], []

    def form(self, form: Any, data: Any, sent: Sent | None = None, error: Any = None) -> Answer:
        """Show a form; with *error*, what is wrong stands at its field."""
        faults = {fault["path"]: fault["text"] for fault in error["faults"]} if error else {}
        schema = applied(form["schema"], data)
        hidden = {"_token": self.token, "_id": secrets.token_hex(16), **{k: v[0] for k, v in (sent or {}).items()}}
        told = {"form": form, "schema": schema, "data": data, "faults": faults, "error": error, "hidden": hidden}
        told |= {"files": (sent or {}).get("_files", []), "drafts": dump(self.me.drafts())}
        return self.html("form", f"{error['status']} {error['code']}" if error else "200 OK", **told)

    def post_draft(self, _: str) -> Answer:
        """Take a file as the body of a request, and answer with the draft as JSON."""
        if not hmac.compare_digest(self.environ.get("HTTP_X_TOKEN", ""), self.token):
            return self.html("base", "403 Forbidden", title="403")
        name, about, slot = (self.query.get(key, "") for key in ("name", "about", "slot"))
        try:
            status, said = "201 Created", self.me.draft(self, name, about, slot=slot, size=self.size)
        except SupportError as error:
            said = self.me.error(error)
            status = f"{said.status} {said.code}"
        return status, [("Content-Type", "application/json")], [json.dumps(dump(said)).encode()]

    def get_file(self, key: str) -> Answer:
        file = self.me.open_file(key)
        return "200 OK", list(file.headers.items()), file

    def sent(self) -> Sent:
        """Return the fields of a form that was sent."""
        return parse_qs(self.read(BODY_LIMIT).decode("utf-8", "replace"))

    def read(self, size: int) -> bytes:
        """Return the next bytes of the body; none at its end."""
        data: bytes = self.environ["wsgi.input"].read(min(size, self.left))
        self.left -= len(data)
        return data

    def html(self, template: str, status: str = "200 OK", **said: Any) -> Answer:
        text = TEMPLATES.get_template(f"{template}.html").render(locale=self.locale, token=self.token, **said)
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)]
        return status, headers, [text.encode()]


def applied(schema: Any, data: Any) -> dict[str, Any]:
    """Return the fields that are asked with the answers so far, by key, and which of them are required."""
    fields, required = dict(schema.get("properties", {})), list(schema.get("required", ()))
    for rule in schema.get("allOf", ()):
        asked = "if" not in rule or Draft7Validator(rule["if"]).is_valid(data)
        branch = rule.get("then" if asked else "else", {}) if "if" in rule else rule
        more = applied({} if "not" in branch else branch, data)
        fields, required = fields | more["properties"], required + more["required"]
    return {"properties": fields, "required": required}


def read(schema: Any, sent: Sent) -> dict[str, Any]:
    """Return the document that the fields of an HTML form stand for: an empty field is one that is left out."""
    document, before = dict[str, Any](), -1
    while before < (before := len(document)):  # each answer may bring up further fields
        for key, field in applied(schema, document)["properties"].items():
            text = sent.get(key, [""])[0]
            if text and not field.get("readOnly"):
                document[key] = value_of(field, text)
    return document


def gone(form: Any, document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with null for what stood in a form and was taken out of it."""
    return {**{key: None for key in form["data"] if key not in document}, **document}


def reached(item: Any, path: str) -> Any:
    """Return what stands in an item under names with dots between them."""
    for name in path.split("."):
        item = item[name]
    return item


def whole(text: str) -> Any:
    """Return a number where the text of an address is one, else the text."""
    return int(text) if text.isdecimal() and len(text) < 19 else text


def value_of(field: Any, text: str) -> Any:
    """Return what the text of one control means: options and flags are JSON, numbers are numbers."""
    if "oneOf" in field or field.get("type") in ("boolean", "number", "integer"):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return text.replace("\r\n", "\n")
