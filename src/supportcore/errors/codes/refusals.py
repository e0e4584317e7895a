"""Codes of refusals: the rules say no."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

REFUSALS = {
    "unknown_actor": Code(403, "You have no role on this desk.", "No tiene ningún rol en esta mesa."),
    "role_required": Code(403, "Only {roles} may do this.", "Solo {roles} puede hacer esto."),
    "importer_required": Code(
        403,
        "Only an importer may name an instant of its own.",
        "Solo un importador puede indicar un instante propio.",
    ),
    "wrong_state": Code(
        409, "Not possible while the ticket is in state {state}.", "No es posible en el estado {state}."
    ),
    "ticket_closed": Code(409, "The ticket is closed.", "El ticket está cerrado."),
    "condition_not_met": Code(409, "Only if {condition}.", "Solo si {condition}."),
    "guard_refused": Code(409, "Refused by the rule {guard}.", "Rechazado por la regla {guard}."),
    "at_runs_backwards": Code(
        409,
        "The ticket already has events up to {last}; {at} is earlier.",
        "El ticket ya tiene eventos hasta {last}; {at} es anterior.",
    ),
    "at_before_revision": Code(
        409,
        "The article was last changed at {last}; {at} is earlier.",
        "El artículo se cambió por última vez el {last}; {at} es anterior.",
    ),
    "at_in_future": Code(409, "{at} has not come yet.", "{at} todavía no ha llegado."),
    "unknown_action": Code(404, "There is no action {action}.", "No existe la acción {action}."),
    "not_an_action": Code(
        404,
        "{action} is a command, not an action of the workflow; call {action}() instead of act().",
        "{action} es una orden, no una acción del flujo; use {action}() en lugar de act().",
    ),
    "customer_unknown": Code(
        409,
        "You belong to {customers}, of which this desk has no active customer in its catalogue.",
        "Pertenece a {customers}, pero esta mesa no tiene ningún cliente activo con ese identificador.",
    ),
    "no_customer": Code(409, "You belong to no customer of this desk.", "No pertenece a ningún cliente de esta mesa."),
    "reopening_forbidden": Code(
        409, "A closed ticket is not opened again here.", "Aquí un ticket cerrado no se vuelve a abrir."
    ),
    "merged_ticket": Code(409, "The ticket was merged into another.", "El ticket se unió con otro."),
    "no_merging": Code(
        409,
        "The rules under which the ticket was opened have no state for merged tickets.",
        "Las reglas con las que se abrió el ticket no tienen un estado para tickets unidos.",
    ),
    "moved_already": Code(
        409, "The ticket is under today's rules already.", "El ticket ya está bajo las reglas actuales."
    ),
    "state_unmapped": Code(
        409,
        "Today's rules do not say where a ticket in state {state} goes; name it in [moves].",
        "Las reglas actuales no dicen a dónde va un ticket en el estado {state}; indíquelo en [moves].",
    ),
    "move_closes": Code(
        409,
        "Under today's rules {source} becomes {state}, which is final; a move does not close a ticket.",
        "Con las reglas actuales {source} pasa a {state}, que es final; así no se cierra un ticket.",
    ),
    "move_reopens": Code(
        409,
        "Under today's rules {source} becomes {state}, which is not final; a move does not open a closed ticket.",
        "Con las reglas actuales {source} pasa a {state}, que no es final; así no se vuelve a abrir un ticket.",
    ),
    "not_solved": Code(409, "Only what is solved can be rated.", "Solo se califica lo que está resuelto."),
    "rated_already": Code(409, "This solution was rated already.", "Esta solución ya se calificó."),
    "nothing_to_approve": Code(409, "There is nothing to approve.", "No hay nada que aprobar."),
    "not_asked_to_approve": Code(
        403, "You are not among those who are asked to approve.", "Usted no está entre quienes deben aprobar."
    ),
    "voted_already": Code(409, "You have voted already.", "Usted ya votó."),
    "owned_by_host": Code(
        409,
        "{kind} {id} is kept by the application itself; change it there.",
        "{kind} {id} lo guarda la propia aplicación; cámbielo allí.",
    ),
    "still_used": Code(409, "{record} is still named by {by}.", "{by} todavía nombra a {record}."),
    "article_state": Code(
        409, "Not possible while the article is {state}.", "No es posible mientras el artículo está {state}."
    ),
    "not_resolved": Code(409, "An article is made of a resolved ticket.", "Un artículo se hace de un ticket resuelto."),
}
