"""Words so common that marking each of them on a page would tell nothing."""

from folioscope.domain.tokens import fold

_LISTS = (
    "a an the of in on at to from for with by and or as is are was were be been it its this that"
    " these those i you he she we they his her their our my your not no but if than then so do"
    " does did has have had can will would there here what which who how when where about into"
    " over under between per",
    "der die das den dem des ein eine einen einem einer eines und oder in im an am auf zu zum zur"
    " von vom mit bei fur als ist sind war waren wird werden es er sie wir ihr nicht kein keine"
    " wie was wer wo dass auch aus nach uber unter um so",
    "le la les un une des du de d l et ou a au aux en dans sur sous par pour avec sans est sont"
    " ce cet cette ces il elle ils elles on nous vous je tu que qui quoi ne pas plus se sa son ses",
    "el los las una unos unas y o en del al con por para sin es son que como se su sus lo mas",
    "o os as um uma uns umas e ou em no na nos nas do da dos das ao com por para sem que se",
    "il lo gli uno i di del della dei delle degli e o in nel nella con per senza che si su da",
    "и в на с по к у о из за от до не что как это для или но а",
    "في من على الى عن مع هذا هذه و او ان التي الذي",
)  # fmt: skip
COMMON_WORDS = frozenset(fold(word) for words in _LISTS for word in words.split())
