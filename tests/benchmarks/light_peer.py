"""The Light pages' model in transformers: exported for us, and timed on the same page.

Runs where torch is installed. ``--export DIR`` writes the files of the official repository with
random weights at full size; ``--page FILE.npy`` times a page and prints one JSON object.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from tests.benchmarks.peak import peak_resident_bytes
from tests.made_light import GRAPH, write_light_parts
from tests.parity.light import FULL, NAMES, export, make_model, make_processor

LONGEST_PX = 2_048


def main() -> int:
    """Make the model, then do what is asked."""
    options = _options()
    model = make_model(FULL)
    if options.export:
        options.export.mkdir(parents=True, exist_ok=True)
        write_light_parts(options.export, longest_px=LONGEST_PX)
        export(model, options.export / GRAPH)
        return 0
    model.set_attn_implementation(options.attention)
    image = Image.fromarray(np.load(options.page))
    processor = make_processor(longest_px=LONGEST_PX)
    seconds, processor_s = [], []
    with torch.inference_mode():
        for _ in range(options.rounds):
            started, busy = time.perf_counter(), time.process_time()
            batch = processor.process_images([image])
            rows = model(**{name: batch[name] for name in NAMES}).embeddings
            seconds.append(time.perf_counter() - started)
            processor_s.append(time.process_time() - busy)
    np.save(options.keep, rows[0].numpy())
    peak = peak_resident_bytes()
    print(json.dumps({"seconds": seconds, "processor_s": processor_s, "peak_bytes": peak}))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", type=Path)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--attention", default="eager")
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
