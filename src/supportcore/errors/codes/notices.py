"""Codes of notices that leave the house."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

NOTICES = {
    "not_sent": Code(503, "{server} did not take the notice: {why}.", "{server} no aceptó el aviso: {why}."),
    "address_not_public": Code(
        503,
        "{server} leads to {address}, which is no public address; allow_private permits it.",
        "{server} lleva a {address}, que no es una dirección pública; allow_private lo permite.",
    ),
    "no_address": Code(422, "The notice has no e-mail address.", "El aviso no tiene dirección de correo."),
    "no_channel": Code(
        500,
        "Nobody serves the channel {channel}; served: {known}.",
        "Nadie sirve el canal {channel}; hay: {known}.",
    ),
    "notice_unreadable": Code(500, "The notice cannot be told: {why}.", "El aviso no se puede redactar: {why}."),
    "bad_url": Code(422, "Is no URL that can be used: {why}.", "No es una URL que sirva: {why_es}."),
    "bad_secret": Code(
        422,
        "A secret is whsec_ and 24 to 64 bytes in base64.",
        "Un secreto es whsec_ y de 24 a 64 bytes en base64.",
    ),
    "password_in_clear": Code(
        422,
        "A password is sent over an encrypted connection only.",
        "Una contraseña solo se envía por una conexión cifrada.",
    ),
}
