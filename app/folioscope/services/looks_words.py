"""Which words of a query speak of the look of a page: its colours, and kinds such as chart.

Only words that nearly always mean a look: each false alarm costs what each right one gains,
so there is no "plan", "table", "list" or "player" here. Languages: English, German, French,
Spanish, Portuguese, Italian, Russian, Korean, Chinese, Japanese, Arabic.

In the lists a leading ``*`` also takes the word as the end of a compound (Balkendiagramm), a
trailing ``*`` takes any ending (Russian cases).
"""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from folioscope.domain.pages import LOOK_NAMES, Float32
from folioscope.domain.tokens import fold

KINDS = ("figure", "photo", "screen", "slide", "scan")

_COLOUR_WORDS = {
    "red": """red reddish crimson scarlet rot rote roten roter rotes rötlich rouge rouges rojo roja
        rojos rojas vermelho vermelha vermelhos vermelhas rosso rossa rossi rosse красн*
        빨간 빨강 붉은 红 紅 赤 أحمر حمراء""",
    "orange": """orange orangen oranges orangefarben naranja naranjas anaranjado laranja arancione
        arancioni оранжев* 주황 橙 オレンジ برتقالي برتقالية""",
    "yellow": """yellow yellowish gelb gelbe gelben gelber gelbes jaune jaunes amarillo amarilla
        amarillos amarillas amarelo amarela amarelos amarelas giallo gialla gialli gialle жёлт*
        желт* 노란 노랑 黄 黃 أصفر صفراء""",
    "green": """green greenish grün grüne grünen grüner grünes vert verte verts vertes verde verdes
        verdi зелён* зелен* 초록 녹색 绿 綠 緑 أخضر خضراء""",
    "turquoise": """turquoise cyan teal türkis türkise türkisfarben turquesa turchese бирюзов*
        청록 青绿 青綠 水色 فيروزي""",
    "blue": """blue bluish blau blaue blauen blauer blaues hellblau dunkelblau bleu bleue bleus
        bleues azul azules azuis blu azzurro azzurra синий синяя синие синего голуб* 파란 파랑
        蓝 藍 青 أزرق زرقاء""",
    "purple": """purple violet lilac lila violett violette violetten violettes morado morada roxo
        roxa viola фиолетов* 보라 紫 بنفسجي أرجواني""",
    "pink": """pink magenta rosa rosafarben rose roses rosado rosada розов* 분홍 粉
        ピンク 桃 وردي""",
    "brown": """brown brownish beige braun braune braunen brauner braunes marron marrón marrom
        marrone коричнев* 갈색 棕 褐 茶 بني""",
    "grey": """grey gray greyish grayish grau graue grauen grauer graues gris grises cinza grigio
        grigia grigi серый серая серые серого 회색 灰 رمادي""",
    "black": """black dark schwarz schwarze schwarzen schwarzer schwarzes dunkel dunkle dunklen
        dunkler dunkles noir noire noirs noires sombre negro negra negros negras oscuro oscura
        preto preta escuro escura nero nera scuro scura чёрн* черный черная черные 검은 검정 黑 黒
        أسود سوداء""",
}

_KIND_WORDS = {
    "figure": """chart charts graph graphs plot plots boxplot boxplots scatterplot histogram
        histograms pie bars curve curves map maps diagram diagrams schematic schematics drawing
        drawings sketch sketches circuit flowchart flowcharts illustration illustrations
        illustrated picture pictures image images logo logos painting paintings cartoon rendering
        infographic figure blueprint arrows icons engraving woodcut
        *diagramm *diagramme *diagrammen *grafik *grafiken *zeichnung *zeichnungen *skizze
        *skizzen *landkarte karte karten *schaltplan *grundriss *stadtplan *abbildung
        *abbildungen bild bilder balken kurve kurven pfeile symbole
        graphique graphiques diagramme diagrammes schéma schémas dessin dessins carte cartes
        courbe courbes croquis image
        gráfico gráficos gráfica gráficas diagrama diagramas esquema esquemas dibujo dibujos mapa
        mapas ilustración ilustraciones imagen imágenes flechas
        desenho desenhos ilustração imagem imagens
        grafico grafici diagramma diagrammi schema disegno disegni mappa mappe illustrazione
        immagine
        график* диаграмм* схем* рисун* карт* чертеж* чертёж* иллюстрац*
        그래프 차트 도표 지도 그림 도면 다이어그램
        图表 圖表 图 圖 図 グラフ 地图 地圖 イラスト
        رسم مخطط خريطة شكل صورة""",
    "photo": """photo photos photograph photographs photography photographed portrait *foto *fotos
        fotografie fotografien photographie photographies fotografía fotografías fotografia
        fotografias fotografie фото* фотограф* 사진 写真 照片 相片 صورة صور""",
    "screen": """screenshot screenshots window windows dialog dialogue dialogs menu menus screen
        screens toolbar toolbars *bildschirm bildschirmfoto *fenster *menü dialogfeld *dialog
        écran fenêtre capture captura pantalla ventana menú tela janela schermata finestra
        скриншот* экран* окно меню 스크린샷 화면 메뉴 창
        スクリーンショット 画面 メニュー ウィンドウ 截图 截圖 屏幕 螢幕 窗口 視窗 菜单 選單
        شاشة نافذة""",
    "slide": """slide slides folie folien diapositive diapositives diapositiva diapositivas
        diapositivo слайд* 슬라이드 スライド 幻灯片 投影片 شريحة شرائح""",
    "scan": """scan scans scanned handwritten handwriting typewriter typewritten newspaper
        gescannt gescannte gescanntes *handschrift handschriftlich handschriftliche
        handgeschrieben handgeschriebene *schreibmaschine *zeitung manuscrit manuscrite scanné
        scannée manuscrito manuscrita escaneado escaneada digitalizado manoscritto scansione
        рукопис* скан 손글씨 手書き 手写 手寫 扫描 掃描 مخطوط""",
}

_CJK_SIGN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_ARABIC_SIGN = re.compile("[\u0600-\u06ff]")
# A single Chinese or Japanese sign is a colour only where it stands as an adjective, and 图 is
# no drawing in 图书 (books) or 图书馆 (library)
_AS_COLOUR = r"(?=[色いの的\s]|$)"
_AS_DRAWING = "(?![書书館馆])"


@dataclass(frozen=True, slots=True)
class NamedLooks:
    """What a query says of looks: columns of LOOK_NAMES, and the words that said so."""

    colours: tuple[int, ...] = ()
    kinds: tuple[int, ...] = ()
    words: tuple[tuple[int, str], ...] = ()

    def __bool__(self) -> bool:
        """Whether it names any look at all."""
        return bool(self.colours or self.kinds)

    def weights(self, *, colours: float, kinds: float) -> Float32:
        """Return float32 (16,): ``colours`` is shared by the colours named, ``kinds`` is each's."""
        columns = np.zeros(len(LOOK_NAMES), np.float32)
        for column in self.colours:
            columns[column] = colours / len(self.colours)
        columns[list(self.kinds)] = kinds
        return columns


def named_looks(text: str) -> NamedLooks:
    """Find the looks that a query names."""
    folded = fold(text)
    found = [(column, m[0]) for column, p in _patterns() if (m := p.search(folded))]
    names = {column: LOOK_NAMES[column] for column, _ in found}
    return NamedLooks(
        colours=tuple(c for c, name in names.items() if name not in KINDS),
        kinds=tuple(c for c, name in names.items() if name in KINDS),
        words=tuple((column, word.strip()) for column, word in found),
    )


@cache
def _patterns() -> tuple[tuple[int, re.Pattern[str]], ...]:
    lists = [(name, words, _AS_DRAWING) for name, words in _KIND_WORDS.items()]
    lists += [(name, words, _AS_COLOUR) for name, words in _COLOUR_WORDS.items()]
    return tuple((LOOK_NAMES.index(name), _pattern(words, one)) for name, words, one in lists)


def _pattern(words: str, after_one_sign: str) -> re.Pattern[str]:
    return re.compile("|".join(_word(word, after_one_sign) for word in words.split()))


def _word(word: str, after_one_sign: str) -> str:
    bare = fold(word.strip("*"))
    if _CJK_SIGN.match(bare):
        return re.escape(bare) + (after_one_sign if len(bare) == 1 else "")
    if _ARABIC_SIGN.match(bare):
        return rf"(?<!\w)و?(?:ال)?{bare}(?!\w)"
    start = "" if word.startswith("*") else r"(?<!\w)"
    end = r"\w*" if word.endswith("*") else r"(?!\w)"
    return start + re.escape(bare) + end
