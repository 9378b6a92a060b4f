"""Made-up queries whose mean vector is subtracted from every query's.

All queries share a direction (they are short, they describe a page) that says nothing about
what is asked. The mean of a few dozen queries takes it away. What matters is their style and
language, not their subjects: these were written for no document in particular.
"""

from collections.abc import Callable

import numpy as np

from folioscope.domain.pages import Float32

STYLE_QUERIES = (
    "rental contract for a two-room flat",
    "bar chart of monthly rainfall in a coastal town",
    "how to replace the filter of a vacuum cleaner",
    "invoice for office chairs from last spring",
    "map of bus lines with the harbour in blue",
    "wedding cake with three layers and white roses",
    "table of vitamins and daily doses",
    "minutes of the board meeting about the new warehouse",
    "photo of a sailing boat at sunset",
    "settings window with a slider for brightness",
    "slide about the goals for the next quarter",
    "knitting pattern for a striped scarf",
    "floor plan of the second storey",
    "line graph of share prices falling in autumn",
    "recipe for plum jam written by hand",
    "train timetable for Sundays and holidays",
    "letter to the insurance about a broken window",
    "diagram of a heat pump with arrows",
    "who designed the town hall and when was it built",
    "exercises on fractions for pupils",
    "cover of a magazine with a mountain on it",
    "list of ingredients for dog food",
    "what to do when the printer shows a paper jam",
    "pie chart of household spending",
    "medical report on a knee operation",
    "poster for a jazz concert in a park",
    "photograph of a bridge under construction",
    "error message after logging in to online banking",
    "family tree with portraits",
    "tax statement with the total at the bottom",
    "stages of the life of a butterfly, drawing",
    "comparison of three mobile phone plans",
    "old postcard with a handwritten greeting",
    "formula for the area of an ellipse",
    "opening hours of the swimming pool",
    "screenshot of a calendar with appointments in green",
    "sketch of a wooden bench with measures",
    "safety rules for the chemistry laboratory",
    "certificate of attendance with a stamp",
    "survey of customers about delivery times",
    "table of contents of a cookbook",
    "signature page of a sales agreement",
    "how bees find their way back to the hive",
    "organisation chart of a hospital",
    "flowchart for handling complaints",
    "yellow warning sign on a fence",
    "menu of an Italian restaurant",
    "results of the football league",
    "chapter on the causes of inflation",
    "wiring of a bicycle lamp",
    "birth certificate of my grandmother",
    "satellite picture of a storm",
    "terms of delivery and payment",
    "guide to pruning apple trees",
    "chat window with a red badge",
    "chart of temperature over a week",
    "scanned receipt from a hardware store",
    "museum leaflet about Roman coins",
    "steps to install a dishwasher",
    "advantages of solar panels on a farm, bullet points",
)


def style_mean(embed_query: Callable[[str], Float32]) -> Float32:
    """Return the mean of the queries' vectors: float32 (dim,). Takes some 0.3 s."""
    vectors = np.stack([embed_query(text) for text in STYLE_QUERIES])
    return np.asarray(vectors.mean(0), np.float32)
