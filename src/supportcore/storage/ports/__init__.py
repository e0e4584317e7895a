"""
The ports: what a backend must do, and nothing it must decide.

A store contains no rule and never reads the clock. Each operation is written once, as a generator (`Steps`) that yields
whatever the backend's own executor understands (a statement and its parameters, an operation on a collection, a
function of a dictionary) and is sent the result back; it returns its answer. So only the executor knows whether it
waits or awaits, and a backend that offers both has one copy of every statement.

    ledger = store.ledger("noova")                     bound to one desk: no query crosses it
    with store.begin(write=True) as execute:           one transaction
        ticket = drive(ledger.ticket(ticket_id), execute)

Atomicity: everything executed inside one ``begin`` is committed together on leaving it without an error, and undone
together otherwise. Reads inside see the writes made before inside. A `Conflict` may be raised by any step or on
leaving; the caller repeats the whole transaction.

Order and equality of text are by bytes of UTF-8 everywhere; instants come back in UTC, to the millisecond.
"""

from supportcore.storage.ports.driving import AsyncExecute as AsyncExecute
from supportcore.storage.ports.driving import Execute as Execute
from supportcore.storage.ports.driving import Steps as Steps
from supportcore.storage.ports.driving import adrive as adrive
from supportcore.storage.ports.driving import drive as drive
from supportcore.storage.ports.kept import CHUNK as CHUNK
from supportcore.storage.ports.kept import COUNT_KEYS as COUNT_KEYS
from supportcore.storage.ports.kept import CREDENTIALS as CREDENTIALS
from supportcore.storage.ports.kept import ENTRY_KINDS as ENTRY_KINDS
from supportcore.storage.ports.kept import KIND_OF as KIND_OF
from supportcore.storage.ports.kept import RECORD_KINDS as RECORD_KINDS
from supportcore.storage.ports.kept import SORT_KEYS as SORT_KEYS
from supportcore.storage.ports.kept import TOTAL_CAP as TOTAL_CAP
from supportcore.storage.ports.kept import Conflict as Conflict
from supportcore.storage.ports.kept import Entry as Entry
from supportcore.storage.ports.kept import Key as Key
from supportcore.storage.ports.kept import Lease as Lease
from supportcore.storage.ports.kept import Page as Page
from supportcore.storage.ports.kept import Query as Query
from supportcore.storage.ports.kept import Record as Record
from supportcore.storage.ports.kept import Ref as Ref
from supportcore.storage.ports.kept import Seek as Seek
from supportcore.storage.ports.kept import Words as Words
from supportcore.storage.ports.kept import leased as leased
from supportcore.storage.ports.ledger import Blobs as Blobs
from supportcore.storage.ports.ledger import Catalogue as Catalogue
from supportcore.storage.ports.ledger import Credentials as Credentials
from supportcore.storage.ports.ledger import Files as Files
from supportcore.storage.ports.ledger import Histories as Histories
from supportcore.storage.ports.ledger import Inbox as Inbox
from supportcore.storage.ports.ledger import Index as Index
from supportcore.storage.ports.ledger import Knowledge as Knowledge
from supportcore.storage.ports.ledger import Ledger as Ledger
from supportcore.storage.ports.ledger import Outbox as Outbox
from supportcore.storage.ports.ledger import Portable as Portable
from supportcore.storage.ports.ledger import Tickets as Tickets
from supportcore.storage.ports.stores import AsyncStore as AsyncStore
from supportcore.storage.ports.stores import Store as Store
