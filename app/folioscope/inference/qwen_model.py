"""A Qwen model from opening to closing: what its encoder and its reranker have in common."""

import threading
from pathlib import Path

from folioscope.domain.embeddings import DeviceChoice, EncoderNeeds
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Build, Engine, Opener, Sample
from folioscope.inference.qwen_towers import QwenTowers, Seen
from folioscope.inference.visual_files import GRAPHS, TOKENIZER_FILE, least_cosine, needs_of
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import VisualTokenizer


class QwenModel:
    """Loads tokenizer and graphs. Safe from any thread."""

    def __init__(
        self,
        manifest: VisualManifest,
        folder: Path,
        *,
        precision: Precision,
        sample: Sample,
        opener: Opener,
    ) -> None:
        self.manifest = manifest
        self._build = Build(manifest.title, folder, GRAPHS, least_cosine(manifest, precision))
        self.engine = Engine(self._build, sample, opener=opener)
        self._lock = threading.Lock()
        self._towers: QwenTowers | None = None

    @property
    def device(self) -> DeviceChoice:
        """What runs it, and why."""
        return self.engine.device

    @property
    def needs(self) -> EncoderNeeds:
        """What it asks of a page's picture."""
        return needs_of(self.manifest, self.device)

    @property
    def towers(self) -> QwenTowers:
        """What runs the graphs; raise InferenceError while the model is not open."""
        towers = self._towers
        if towers is None:
            raise InferenceError(f"The model {self.manifest.title} is not open.")
        return towers

    def open(self) -> None:
        """Load the model unless it is loaded; raise ModelMissingError, InferenceError."""
        with self._lock:
            if self._towers is None:
                self._build.require(TOKENIZER_FILE)
                tokenizer = VisualTokenizer.load(self._build.folder / TOKENIZER_FILE)
                self._towers = QwenTowers(self.manifest, tokenizer)
            self.engine.open()

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        self.engine.close()

    def see(self, image: PageImage, token: Cancellation | None) -> Seen:
        """Run the vision tower on the device."""
        towers = self.towers
        (seen,) = self.engine.each(
            [image], lambda graphs, images: [towers.see(graphs, images[0], token=token)]
        )
        return seen
