"""The one analyser: from texts to the terms they are found by, for what is stored and for what is asked."""

from supportcore.analysis.terms import CODE as CODE
from supportcore.analysis.terms import LANGUAGES as LANGUAGES
from supportcore.analysis.terms import Said as Said
from supportcore.analysis.terms import Token as Token
from supportcore.analysis.terms import code_term as code_term
from supportcore.analysis.terms import fold as fold
from supportcore.analysis.terms import language_of as language_of
from supportcore.analysis.terms import languages_of as languages_of
from supportcore.analysis.terms import languages_told as languages_told
from supportcore.analysis.terms import said as said
from supportcore.analysis.terms import stem as stem
from supportcore.analysis.terms import term as term
from supportcore.analysis.terms import terms as terms
from supportcore.analysis.terms import terms_of as terms_of
from supportcore.analysis.terms import tokens as tokens
from supportcore.analysis.terms import without_tilde as without_tilde
