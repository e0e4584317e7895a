"""
Accounts: who may sign in, for hosts that keep no users of their own; extra ``accounts``.

    accounts = Accounts(desk)
    accounts.invite("ana", notifier, link="https://help.example.org/welcome#token={token}")
    accounts.accept(token, "ana.arias", "correct horse battery")        what the link leads to
    person = accounts.login("ana.arias", "correct horse battery")       the id of the actor

Nobody registers himself: an account begins with an invitation, or with an initial password, by whoever the host lets
do so. Nothing else of the library imports this package; a desk works alike without it. Sessions, cookies, TLS and who
may invite are the host's.
"""

from supportcore.accounts.accounts import Accounts
from supportcore.accounts.aio import AsyncAccounts
from supportcore.accounts.mail import InvitationMail
from supportcore.accounts.told import AccountView, InvitationView
from supportcore.definition.accounts import AccountPolicy

__all__ = ["AccountPolicy", "AccountView", "Accounts", "AsyncAccounts", "InvitationMail", "InvitationView"]
