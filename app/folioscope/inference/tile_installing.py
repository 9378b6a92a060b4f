"""Installs ColModernVBERT: the official graph in halves, checked beside itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import InstallStage, Precision
from folioscope.domain.protocols import Cancellation
from folioscope.inference.graph_skeleton import load_skeleton
from folioscope.inference.tile_checking import (
    Reference,
    check_halves,
    measuring_file,
    run_reference,
)
from folioscope.inference.tile_halves import Whole, find_halves
from folioscope.inference.tile_making import write_halves, write_probe
from folioscope.inference.tile_prompt import TilePrompt
from folioscope.inference.visual_files import TOKENIZER_FILE, least_cosine
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import VisualTokenizer
from folioscope.inference.weights import Turn

Counted = Callable[[int, InstallStage], Turn]  # bytes of a stage; what it is told of them


@dataclass(frozen=True, slots=True)
class MadeHalves:
    """What was made: sha256 of the weights' files, and each half's cosine to the official file."""

    hashes: dict[str, str]
    cosines: dict[str, float]


@dataclass(frozen=True, slots=True)
class TileInstalling:
    """Makes one build. ``source`` holds the official files."""

    manifest: VisualManifest
    precision: Precision
    source: Path
    counted: Counted
    token: Cancellation

    def make(self, made: Path) -> MadeHalves:
        """Write ``vision.onnx`` and ``text.onnx`` into a folder, and try them.

        Raises InferenceError where a file is damaged, another one, or comes out wrong.
        """
        prompt = self._prompt()
        path = self.source / self.manifest.onnx[self.precision]
        whole = find_halves(load_skeleton(path), path)
        size = sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
        turn = self.counted(2 * size, InstallStage.CONVERTING)
        reference = self._reference(whole, prompt, made, turn)
        hashes = write_halves(whole, made, self.precision, reference=reference, turn=turn)
        return MadeHalves(hashes, self._cosines(made, reference))

    def _prompt(self) -> TilePrompt:
        path = self.source / TOKENIZER_FILE
        if not path.is_file():
            raise InferenceError(
                f"{path} is missing.", hint="Name the folder with the whole checkpoint."
            )
        prompt = TilePrompt(self.manifest, VisualTokenizer.load(path))
        prompt.check()
        return prompt

    def _reference(self, whole: Whole, prompt: TilePrompt, made: Path, turn: Turn) -> Reference:
        """Run the whole graph from a copy that can be run in slices, and delete the copy."""
        probe = write_probe(whole, made, turn)
        weights = probe.with_name(f"{probe.name}.data")
        try:
            checking = self.counted(weights.stat().st_size, InstallStage.CHECKING)
            return run_reference(self.manifest, prompt, probe, token=self.token, turn=checking)
        finally:
            for path in (probe, measuring_file(probe), weights):
                path.unlink(missing_ok=True)

    def _cosines(self, made: Path, reference: Reference) -> dict[str, float]:
        size = sum(path.stat().st_size for path in made.glob("*.data"))
        return check_halves(
            made,
            self.manifest,
            reference,
            least_cosine=least_cosine(self.manifest, self.precision),
            token=self.token,
            turn=self.counted(size, InstallStage.CHECKING),
        )
