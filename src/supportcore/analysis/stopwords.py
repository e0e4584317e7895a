"""
Words that say nothing about what a text is about: the closed classes of Spanish and English.

Articles, pronouns, prepositions, conjunctions, auxiliary verbs, words of asking and of courtesy; folded as
`supportcore.analysis.fold` does.
"""

from __future__ import annotations

_SPANISH = """
    el la lo los las un una uno unos unas al del
    yo tu vos usted ustedes ella ello ellos ellas nosotros nosotras vosotros vosotras
    me te se nos os le les mi mis tus su sus mio mia mios mias tuyo tuya suyo suya suyos suyas nuestro nuestra nuestros
    nuestras ti si conmigo contigo consigo
    este esta esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas
    que quien quienes cual cuales cuanto cuanta cuantos cuantas como cuando donde adonde porque
    a ante bajo con contra de desde durante en entre hacia hasta mediante para por segun sin sobre tras
    y e ni o u pero mas sino aunque pues
    no tambien tampoco ya aun muy mucho mucha muchos muchas poco poca pocos pocas tan tanto algo alguien algun alguna
    algunas alguno algunos nada nadie ningun ninguna otro otra otros otras todo toda todos todas cada mismo misma
    he has ha hemos habeis han habia habian haber hay hubo haya
    soy eres es somos son era eran fue fueron sea sean ser sido siendo
    estoy estas estamos estan estaba estaban estar este esten estado
    tengo tienes tenes tiene tenemos tienen tenia tener
    puedo puedes podes puede podemos pueden podria podrian poder
    hago haces hace hacemos hacen hacer
    quiero quieres queres quiere queremos quieren querria quisiera
    debo debes debe debemos deben deberia
    necesito necesita necesitamos
    hola favor gracias
"""
_ENGLISH = """
    a an the
    i you he she it we they me him her us them my your his its our their mine yours hers ours theirs myself yourself
    himself herself itself ourselves themselves
    this that these those
    who whom whose which what when where why how
    about above after against at before below between by during for from in into of off on onto over through to under
    until up upon with within without out
    and or nor but if then than so because while as though although whether
    not no too very just only also any some such each both more most other same own again there here
    am is are was were be been being
    do does did doing done
    have has had having
    can could may might must shall should will would
    im ive id youre youve its isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt hasnt havent
    thats theres whats
    need want like
    hello hi please thanks thank
"""
STOP_WORDS: dict[str, frozenset[str]] = {
    "es": frozenset(_SPANISH.split()),
    "en": frozenset(_ENGLISH.split()),
    "": frozenset(),
}
"""By language; of any other language none are known."""
