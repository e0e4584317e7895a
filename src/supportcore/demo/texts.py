"""
What the people of the demonstration write, in English and Spanish; all of it made up.

A shipped desk has a theme of its own; any other gets the general one. A subject comes with its description, and what is
said later depends only on what it is said for.
"""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """What a ticket is about: subject and description, in English and Spanish."""

    en: tuple[str, str]
    es: tuple[str, str]


class Theme(NamedTuple):
    """What a desk sells, each with its parts, and what people ask about."""

    products: dict[str, tuple[str, ...]]
    versions: tuple[str, ...]
    cases: tuple[Case, ...]


_GENERAL = Theme(
    products={"Portal": ("Sign-in", "Reports"), "Mobile app": ("Sync", "Camera"), "Archive": ("Search", "Export")},
    versions=("Standard", "Professional"),
    cases=(
        Case(
            ("I cannot sign in since this morning", "The password is right, the page just loads again."),
            ("No puedo entrar desde esta mañana", "La clave es correcta, pero la página vuelve a cargar."),
        ),
        Case(
            ("The monthly report stays empty", "I chose March and all branches; the table has no rows."),
            ("El informe mensual sale vacío", "Elegí marzo y todas las sedes; la tabla no tiene filas."),
        ),
        Case(
            ("How do I add a colleague?", "She starts on Monday and needs the same rights as I have."),
            ("¿Cómo agrego a una compañera?", "Empieza el lunes y necesita los mismos permisos que yo."),
        ),
        Case(
            ("The export has broken accents", "In the spreadsheet every ñ shows as two odd characters."),
            ("La exportación daña las tildes", "En la hoja de cálculo cada ñ sale como dos símbolos raros."),
        ),
        Case(
            ("Very slow after lunch", "From two to four each search takes half a minute."),
            ("Muy lento después del almuerzo", "De dos a cuatro cada búsqueda tarda medio minuto."),
        ),
        Case(
            ("Please change our billing address", "We moved on the first of the month; the new address is attached."),
            ("Cambiar nuestra dirección de facturación", "Nos mudamos el primero de mes; la nueva va en el anexo."),
        ),
        Case(
            ("The app closes when I take a photo", "It happens on two phones, always at the second picture."),
            ("La aplicación se cierra al tomar una foto", "Pasa en dos teléfonos, siempre con la segunda foto."),
        ),
        Case(
            ("A document is missing from the archive", "It was there in February under the same number."),
            ("Falta un documento en el archivo", "En febrero estaba con el mismo número."),
        ),
    ),
)
_NOOVA = Theme(
    products={
        "Facturación electrónica": ("Emisión", "Notas crédito"),
        "Nómina electrónica": ("Liquidación", "Ajustes"),
        "Documento soporte": ("Proveedores", "Anulación"),
        "Recepción de facturas": ("Correo", "Aceptación"),
    },
    versions=("Básica", "Empresarial"),
    cases=(
        Case(
            ("Invoice rejected by the tax office", "It says that the buyer's tax number is wrong, but it is right."),
            ("Factura rechazada por la DIAN", "Dice que el NIT del comprador no es válido, pero sí lo es."),
        ),
        Case(
            ("The prefix has run out of numbers", "The range ends at 5000 and we need to go on invoicing today."),
            ("Se acabó el rango del prefijo", "El rango termina en 5000 y debemos seguir facturando hoy."),
        ),
        Case(
            ("A credit note has the wrong reason", "We chose discount and it went out as cancellation."),
            ("Nota crédito con motivo equivocado", "Elegimos descuento y salió como anulación."),
        ),
        Case(
            ("The certificate expires on Friday", "What do we have to send you to have it renewed?"),
            ("El certificado vence el viernes", "¿Qué debemos enviarles para renovarlo?"),
        ),
        Case(
            ("Payroll counts overtime twice", "It shows for three people of the night shift."),
            ("La nómina suma dos veces las horas extra", "Se ve en tres personas del turno de noche."),
        ),
        Case(
            ("The PDF does not show our logo", "It does in the preview, not in what customers receive."),
            ("El PDF sale sin nuestro logo", "En la vista previa aparece, pero no en lo que recibe el cliente."),
        ),
        Case(
            ("A supplier's invoice did not arrive", "They sent it on Tuesday; the mailbox here is empty."),
            ("No llegó la factura de un proveedor", "La enviaron el martes y el buzón está vacío."),
        ),
        Case(
            ("How is an invoice in dollars issued?", "We sell abroad for the first time and need the rate of the day."),
            ("¿Cómo se factura en dólares?", "Es nuestra primera exportación y falta la tasa del día."),
        ),
        Case(
            ("Totals differ by one cent", "The accounts and the invoice round the tax differently."),
            ("Los totales difieren en un centavo", "Contabilidad y la factura redondean distinto el IVA."),
        ),
        Case(
            ("Second user for the branch in Cali", "She only issues invoices and should not see payroll."),
            ("Segundo usuario para la sede de Cali", "Solo emite facturas y no debe ver la nómina."),
        ),
    ),
)
_BELENUS = Theme(
    products={
        "Inventarios": ("Existencias", "Traspasos"),
        "Contabilidad": ("Pólizas", "Cierre"),
        "Punto de venta": ("Cajas", "Cortes"),
        "Compras": ("Órdenes", "Proveedores"),
    },
    versions=("Clásica", "Profesional", "Corporativa"),
    cases=(
        Case(
            ("The stock count does not add up", "After the transfer both warehouses show the same ten boxes."),
            ("No cuadra el inventario", "Tras el traspaso los dos almacenes muestran las mismas diez cajas."),
        ),
        Case(
            ("Month cannot be closed", "It asks for an open entry that nobody finds."),
            ("No se puede cerrar el mes", "Pide una póliza abierta que nadie encuentra."),
        ),
        Case(
            ("The till prints two receipts", "Since the last update, at every second sale."),
            ("La caja imprime dos recibos", "Desde la última actualización, en una de cada dos ventas."),
        ),
        Case(
            ("How to cancel an order that came in part?", "Six of ten arrived, the supplier has no more."),
            ("¿Cómo cancelo una orden surtida a medias?", "Llegaron seis de diez y el proveedor no tiene más."),
        ),
        Case(
            ("Prices with tax are shown without it", "Only on the screen of the customer."),
            ("Los precios salen sin impuesto", "Solo en la pantalla del cliente."),
        ),
        Case(
            ("The end-of-day report stops half-way", "It stays at 48 % and the till cannot be used meanwhile."),
            ("El corte del día se detiene a la mitad", "Se queda en 48 % y mientras tanto no se puede cobrar."),
        ),
        Case(
            ("A supplier appears twice", "Both have the same tax number, one has no address."),
            ("Un proveedor aparece dos veces", "Los dos tienen el mismo RFC y uno no tiene dirección."),
        ),
        Case(
            ("A new branch needs its own series", "It opens on the fifteenth, with two tills."),
            ("La nueva sucursal necesita su serie", "Abre el día quince, con dos cajas."),
        ),
    ),
)
_THEMES = {"noova": _NOOVA, "belenus": _BELENUS}

_SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "staff_reply": {
        "en": (
            "Thank you for telling us; I am looking at it now.",
            "I can see the same here and have passed it to development.",
            "Please try again after signing out and in once.",
            "That is set under Settings > Company; I enclose the steps.",
        ),
        "es": (
            "Gracias por avisarnos; lo estoy revisando.",
            "Aquí veo lo mismo y ya lo pasé a desarrollo.",
            "Por favor, salga, vuelva a entrar e intente de nuevo.",
            "Eso se ajusta en Configuración > Empresa; adjunto los pasos.",
        ),
    },
    "customer_reply": {
        "en": (
            "It still happens, just now again.",
            "Here is the number you asked for: 4471.",
            "We tried that; now it is a little better.",
            "Is there any news? We are waiting for this.",
        ),
        "es": (
            "Sigue pasando, ahora mismo otra vez.",
            "Este es el número que me pidió: 4471.",
            "Ya lo intentamos; ahora va un poco mejor.",
            "¿Hay alguna novedad? Estamos pendientes.",
        ),
    },
    "note": {
        "en": ("Same cause as last week, see the change of Tuesday.", "Called them, nobody there before ten."),
        "es": ("Misma causa de la semana pasada, ver el cambio del martes.", "Llamé; antes de las diez no hay nadie."),
    },
    "pending": {
        "en": ("Which number does it show, and since when?", "Could you send a picture of the whole screen?"),
        "es": ("¿Qué número muestra y desde cuándo?", "¿Nos envía una imagen de toda la pantalla?"),
    },
    "on_hold": {
        "en": ("The provider has it now; we ask them every day.", "Waiting for the other side to confirm."),
        "es": ("Ahora lo tiene el proveedor; preguntamos cada día.", "A la espera de que confirme la otra parte."),
    },
    "solved": {
        "en": ("Mended with the update of this morning; please check.", "The setting is changed; please try it."),
        "es": ("Corregido con la actualización de hoy; por favor verifique.", "Ya está ajustado; por favor pruebe."),
    },
    "resolved": {
        "en": ("It works now, thank you.", "Checked, all is well."),
        "es": ("Ya funciona, gracias.", "Verificado, todo bien."),
    },
    "cancelled": {
        "en": ("Opened twice; we go on in the other one.", "No longer needed."),
        "es": ("Se abrió dos veces; seguimos en el otro.", "Ya no hace falta."),
    },
    "open": {
        "en": ("We are taking another look at it.", "It came back this morning, so please look again."),
        "es": ("Lo estamos revisando de nuevo.", "Volvió a pasar esta mañana; por favor revisen otra vez."),
    },
    "title": {"en": ("4471", "Second floor", "A-17"), "es": ("4471", "Segundo piso", "A-17")},
    "pattern": {
        "en": ("Stations: 12", "Users: 5", "AB-1234", "A-17", "4471", "training", "repeated"),
        "es": ("Estaciones: 12", "Usuarios: 5", "AB-1234", "A-17", "4471", "entrenamiento", "repetido"),
    },
}


def theme_of(desk: str) -> Theme:
    """Return the theme of a desk by its key."""
    return _THEMES.get(desk, _GENERAL)


def said(purpose: str, language: str) -> tuple[str, ...]:
    """
    Return what may be said for a purpose.

    Args:
        purpose: A kind of message or field, or the category or outcome of the state that an action leads to.
    """
    return _SAID.get(purpose, _SAID["open"])[language]
