"""The same work done by transformers, for comparison; runs where torch is installed.

Prints one JSON object: seconds of each run by work, peak memory in bytes. Weights are constant:
speed does not depend on them, and drawing billions of random numbers takes minutes.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as newer
from transformers.models.qwen2_5_vl.configuration_qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_vl import modeling_qwen2_vl as older
from transformers.models.qwen2_vl.configuration_qwen2_vl import Qwen2VLConfig

from tests.benchmarks.peak import peak_resident_bytes

_TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def main() -> int:
    """Build, run, tell."""
    options = _options()
    torch.set_num_threads(options.threads or torch.get_num_threads())
    device, dtype = torch.device(options.device), _TYPES[options.dtype]
    told: dict[str, object] = {"torch": torch.__version__}
    seconds: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}
    with torch.inference_mode():
        for name, run in _works(options, device, dtype):
            if device.type == "cuda":
                run()
            for _ in range(options.rounds):
                started, busy = time.perf_counter(), time.process_time()
                run()
                if device.type == "cuda":
                    torch.cuda.synchronize()
                seconds.setdefault(name, []).append(time.perf_counter() - started)
                processor.setdefault(name, []).append(time.process_time() - busy)
    peak = peak_resident_bytes()
    if device.type == "cuda":
        told["gpu"], peak = torch.cuda.get_device_name(), torch.cuda.max_memory_allocated()
    print(json.dumps(told | {"seconds": seconds, "processor_s": processor, "peak_bytes": peak}))
    return 0


def _works(
    options: argparse.Namespace, device: torch.device, dtype: torch.dtype
) -> Iterator[tuple[str, Callable[[], object]]]:
    config = json.loads(options.config.read_text("utf-8"))
    is_newer = config["model_type"] == "qwen2_5_vl"
    whole = (Qwen2_5_VLConfig if is_newer else Qwen2VLConfig)(**config)
    rows, columns = options.grid
    if options.tower == "vision":
        vision = whole.vision_config
        vision._attn_implementation = options.attention
        tower = newer.Qwen2_5_VisionTransformerPretrainedModel if is_newer else (
            older.Qwen2VisionTransformerPretrainedModel
        )  # fmt: skip
        model = _filled(lambda: tower._from_config(vision), device, dtype)
        pixels = torch.randn(rows * columns * 4, 1176, device=device, dtype=dtype)
        grid = torch.tensor([[1, rows * 2, columns * 2]], device=device)
        yield "page ×1", lambda: model(pixels, grid_thw=grid)
        return
    text = whole.text_config
    text._attn_implementation = options.attention
    language = newer.Qwen2_5_VLTextModel if is_newer else older.Qwen2VLTextModel
    model = _filled(lambda: language._from_config(text), device, dtype)
    for batch in options.batches:
        yield f"page ×{batch}", _read(model, batch, rows * columns + options.around)
    yield "query ×1", _read(model, 1, options.query)


def _read(model: torch.nn.Module, batch: int, length: int) -> Callable[[], object]:
    table = model.embed_tokens.weight
    embeds = torch.randn(batch, length, table.shape[1], device=table.device, dtype=table.dtype)
    places = torch.arange(length, device=table.device).expand(3, batch, length)
    return lambda: model(inputs_embeds=embeds, position_ids=places, use_cache=False)


def _filled(
    make: Callable[[], torch.nn.Module], device: torch.device, dtype: torch.dtype
) -> torch.nn.Module:
    """Make a model of this size at once in the right place, with its tables of frequencies."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    with torch.device("meta"):
        model = make().eval()
    torch.set_default_dtype(before)
    model = model.to_empty(device=device)
    for weight in model.parameters():
        weight.data.fill_(0.002)
    for module in model.modules():
        if isinstance(getattr(module, "inv_freq", None), torch.Tensor):
            size = module.inv_freq.numel()
            steps = torch.arange(size, dtype=torch.float32, device=device) / size
            module.inv_freq = 10_000.0**-steps
    return model


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--tower", required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="fp32")
    parser.add_argument("--attention", default="eager")
    parser.add_argument("--grid", type=int, nargs=2, required=True, help="rows and columns")
    parser.add_argument("--around", type=int, default=20)
    parser.add_argument("--query", type=int, default=16)
    parser.add_argument("--batches", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
