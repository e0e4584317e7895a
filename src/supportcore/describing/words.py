"""What the values of closed lists are called where no desk names them, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

CATEGORIES: Words = {
    "new": ("new", "nuevo"),
    "open": ("being worked on", "en trabajo"),
    "pending": ("waiting", "en espera"),
    "on_hold": ("on hold", "retenido"),
    "solved": ("solved", "solucionado"),
    "closed": ("closed", "cerrado"),
}
OUTCOMES: Words = {"resolved": ("resolved", "resuelto"), "cancelled": ("cancelled", "cancelado")}
APPROVALS: Words = {
    "pending": ("pending", "pendiente"),
    "approved": ("approved", "aprobado"),
    "rejected": ("rejected", "rechazado"),
}
SIDES: Words = {"customer": ("customer", "cliente"), "staff": ("staff", "equipo")}
REPLIES: Words = {
    "customer": ("when the customer replies", "cuando responde el cliente"),
    "staff": ("when staff reply", "cuando responde el equipo"),
}
RECORDS: Words = {
    "customer": ("one of the customers", "uno de los clientes"),
    "product": ("one of the products", "uno de los productos"),
    "module": ("one of the modules", "uno de los módulos"),
    "version": ("one of the versions", "una de las versiones"),
    "service": ("one of the services", "uno de los servicios"),
    "project": ("one of the projects", "uno de los proyectos"),
    "agreement": ("one of the agreements", "uno de los contratos"),
    "agent": ("one of the agents", "uno de los agentes"),
    "team": ("one of the teams", "uno de los equipos"),
    "article": ("one of the articles", "uno de los artículos"),
    "ticket": ("one of the tickets", "uno de los tickets"),
    "contact": ("one of the people", "una de las personas"),
}
PREFILLS: Words = {
    "name": ("your name", "su nombre"),
    "email": ("your e-mail address", "su correo"),
    "phone": ("your phone number", "su teléfono"),
}
ASSIGNING: Words = {
    "none": ("nobody yet: the team takes it", "nadie aún: lo toma el equipo"),
    "spread": ("a member of the team, evenly", "un miembro del equipo, por igual"),
    "round_robin": ("the members of the team in turn", "los miembros del equipo por turno"),
    "least_loaded": (
        "the member of the team with the fewest open tickets",
        "el miembro del equipo con menos tickets abiertos",
    ),
    "main_contact": ("the one whom the customer names", "quien nombra el cliente"),
}
EVENTS: Words = {
    "opened": ("a ticket is opened", "se abre un ticket"),
    "replied": ("there is a public message", "hay un mensaje público"),
    "noted": ("there is an internal note", "hay una nota interna"),
    "state_changed": ("the state changes", "cambia el estado"),
    "assigned": ("it is handed over", "cambia quién lo atiende"),
    "triaged": ("it is classified anew", "se clasifica de nuevo"),
    "deadline_set": ("a deadline is set", "se fija un plazo"),
    "clock_warned": ("a target is due soon", "un objetivo está por vencer"),
    "clock_breached": ("a target is missed", "un objetivo vence"),
    "rated": ("it is rated", "se califica"),
    "approval_asked": ("agreement is asked for", "se pide aprobación"),
    "voted": ("somebody votes", "alguien vota"),
    "merged": ("it is merged into another", "se une a otro"),
}
RECIPIENTS: Words = {
    "contact": ("the contact", "el contacto"),
    "assignee": ("the assigned agent", "el técnico asignado"),
    "responsible": ("the responsible agent", "el responsable"),
    "team": ("the team", "el equipo"),
    "followers": ("the followers", "los seguidores"),
    "voters": ("those asked to agree", "quienes deben aprobar"),
    "subscriber": ("a system that subscribes", "un sistema suscrito"),
    "agent": ("the agent", "el agente"),
}
QUORUMS: Words = {
    "any": ("one of them agrees", "uno de ellos aprueba"),
    "majority": ("more than half of them agree", "aprueba más de la mitad"),
    "all": ("all of them agree", "aprueban todos"),
}
SCALES: Words = {"stars": ("1 to 5 stars", "de 1 a 5 estrellas"), "yes_no": ("yes or no", "sí o no")}
RETARGETING: Words = {
    "keep": ("the time already used counts", "cuenta el tiempo ya usado"),
    "from_start": (
        "the whole life of the ticket counts, without holds",
        "cuenta toda la vida del ticket, sin retenciones",
    ),
    "prorate": ("the share already used counts", "cuenta la parte ya usada"),
}
REOPENING: Words = {
    "resume": ("its clock goes on", "su reloj sigue"),
    "restart": ("its clock starts anew", "su reloj empieza de nuevo"),
    "forbidden": ("it is not opened again", "no se vuelve a abrir"),
}
WEEKDAYS: Words = {
    "mon": ("Mon", "lun"),
    "tue": ("Tue", "mar"),
    "wed": ("Wed", "mié"),
    "thu": ("Thu", "jue"),
    "fri": ("Fri", "vie"),
    "sat": ("Sat", "sáb"),
    "sun": ("Sun", "dom"),
}
LANGUAGES: Words = {"en": ("English", "inglés"), "es": ("Spanish", "español")}
LEADS: Words = {
    "list": ("the list {name}", "la lista {name}"),
    "form": ("the form {name}", "el formulario {name}"),
    "board": ("the board {name}", "el tablero {name}"),
    "view": ("the view {name}", "la vista {name}"),
    "host": ("an address of the application", "una dirección de la aplicación"),
}
