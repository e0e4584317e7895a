"""Checking what a command on a ticket says: may it be given, is its form filled in right, are its records there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supportcore.errors import Fault, Invalid, Refused
from supportcore.forms.checking import check, nothing_said
from supportcore.forms.fields import Form, Plain
from supportcore.tickets.asks import Asking, LoadFiles, LoadRecords
from supportcore.tickets.command_forms import form_of
from supportcore.tickets.commands import Act, AddNote, OnTicket, Reply
from supportcore.tickets.draft import Draft
from supportcore.tickets.files import File, file_faults
from supportcore.tickets.permissions import refusals
from supportcore.tickets.references import record_faults, refs_of
from supportcore.tickets.usecases.context import Context


def checked(
    command: OnTicket, context: Context, draft: Draft, name: str
) -> Asking[tuple[Mapping[str, Plain], tuple[File, ...]]]:
    """Return the values and files of a command that may be given, if all of them are right."""
    reasons = refusals(context.desk, draft, context.actor, name)
    if isinstance(reasons, tuple):
        raise Refused(*reasons)
    return (yield from check_form(form_of(context.desk, draft, name), command, context))


def check_form(form: Form, command: OnTicket, context: Context) -> Asking[tuple[Mapping[str, Plain], tuple[File, ...]]]:
    """Return the values and files that a command gives, if all of them are right."""
    document = dict(getattr(command, "document", ()))
    values, faults = check(form.bound(context.actor), document)
    named = command.files if isinstance(command, (Reply, AddNote, Act)) else ()
    files, file_faults_found = yield from files_of(named, context, form)
    found = (*faults, *file_faults_found) or nothing_said(form, document, (file.slot for file in files))
    if found:
        raise Invalid(*found)
    return values, files


def files_of(ids: tuple[str, ...], context: Context, form: Form) -> Asking[tuple[tuple[File, ...], list[Fault]]]:
    """Return the drafts that a command names, and what is wrong with them."""
    found: tuple[File | None, ...] = ()
    if ids:
        found = yield LoadFiles(ids)
    faults = file_faults(form.slots, ids, found, owner=context.actor.id, at=context.now)
    return tuple(file for file in found if file is not None), faults


def check_records(values: Mapping[str, Any], only: set[str] | None = None) -> Asking[None]:
    """Refuse records that are not there, retired, or not of one another; *only* names the fields that changed."""
    refs = refs_of(values)
    if not refs:
        return
    records = yield LoadRecords(tuple(refs.values()))
    faults = record_faults(values, dict(zip(refs, records, strict=True)), only)
    if faults:
        raise Invalid(*faults)
