"""Codes of accounts: passwords, invitations."""

from __future__ import annotations

from supportcore.errors.codes.code import Code

ACCOUNTS = {
    "login_failed": Code(
        403,
        "User name or password is wrong, or there were too many tries; try again later.",
        "El usuario o la contraseña no es correcto, o hubo demasiados intentos; inténtelo más tarde.",
    ),
    "password_expired": Code(403, "The password has to be changed first.", "Antes hay que cambiar la contraseña."),
    "account_exists": Code(
        409,
        "{person} has an account already; a reset leads to a new password.",
        "{person} ya tiene una cuenta; un restablecimiento lleva a una contraseña nueva.",
    ),
    "person_without_address": Code(
        409,
        "The catalogue has no e-mail address of {person}.",
        "El catálogo no tiene ninguna dirección de correo de {person}.",
    ),
    "invitation_unknown": Code(404, "There is no such invitation.", "No existe esta invitación."),
    "invitation_used": Code(409, "This invitation was used already.", "Esta invitación ya se usó."),
    "invitation_void": Code(
        409,
        "This invitation holds no longer; perhaps there is a newer one.",
        "Esta invitación ya no vale; quizá haya otra más nueva.",
    ),
    "invitation_expired": Code(
        409, "This invitation has expired; ask for another.", "Esta invitación ha caducado; pida otra."
    ),
    "invitation_not_sent": Code(
        503,
        "The invitation was not sent ({why}) and is void; invite again.",
        "La invitación no se envió ({why}) y no vale; invite de nuevo.",
    ),
    "bad_link": Code(
        422,
        "A link begins with https:// or http:// and has the word token in braces once.",
        "Un enlace empieza por https:// o http:// y tiene una vez la palabra token entre llaves.",
    ),
    "bad_user_name": Code(
        422,
        "A user name has visible characters only, and no blanks.",
        "Un usuario solo tiene caracteres visibles, sin espacios.",
    ),
    "user_name_taken": Code(422, "This user name is taken.", "Este usuario ya está ocupado."),
    "too_short": Code(422, "At least {limit} {unit}.", "Como mínimo {limit} {unit}."),
    "password_is_name": Code(
        422,
        "The password must be neither the user name nor the e-mail address.",
        "La contraseña no puede ser el usuario ni el correo.",
    ),
    "password_same": Code(422, "The new password is the present one.", "La contraseña nueva es la actual."),
    "not_repeated": Code(422, "The two are not the same.", "No coinciden."),
}
