"""Pictures of every kind come out upright, on white, in eight bits."""

import numpy as np
import pytest
from PIL import Image

from folioscope.documents.image_source import ImageSource
from folioscope.documents.limits import ReadingLimits
from folioscope.domain.documents import FailureCause
from folioscope.domain.errors import DocumentError
from tests.made_documents import noise

LIMITS = ReadingLimits()


def opened(path, limits=LIMITS):
    return ImageSource(str(path), limits=limits)


def halves(size=(80, 60)):
    """A picture that is red on its left and blue on its right."""
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image


def is_red_then_blue(rgb):
    left, right = (
        rgb[:, : rgb.shape[1] // 3].mean((0, 1)),
        rgb[:, -rgb.shape[1] // 3 :].mean((0, 1)),
    )
    return left[0] > 180 > 80 > left[2] and right[2] > 180 > 80 > right[0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_every_format_is_read(form, tmp_path):
    halves().save(tmp_path / "p.png", form)
    source = opened(tmp_path / "p.png")
    assert source.facts.page_count == 1
    assert is_red_then_blue(source.picture(0, longest_px=80, most_pixels=10_000))
    assert is_red_then_blue(source.survey(0).rgb)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation, tmp_path):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = halves()
    turned = image.transpose(undo[orientation]) if orientation in undo else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned.save(tmp_path / "p.jpg", exif=exif)
    survey = opened(tmp_path / "p.jpg").survey(0)
    assert survey.rgb.shape == (60, 80, 3)
    assert (survey.width_pt, survey.height_pt) == (60, 45)
    assert is_red_then_blue(survey.rgb)


def test_a_turned_tiff_is_turned_once(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    halves().transpose(Image.Transpose.ROTATE_90).save(tmp_path / "p.tif", exif=exif)
    survey = opened(tmp_path / "p.tif").survey(0)
    assert is_red_then_blue(survey.rgb)
    assert survey.width_pt > survey.height_pt


def test_cmyk_keeps_its_colours(tmp_path):
    halves().convert("CMYK").save(tmp_path / "p.jpg")
    assert is_red_then_blue(opened(tmp_path / "p.jpg").survey(0).rgb)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_deep_pictures_are_scaled_and_not_clipped(dtype, tmp_path):
    ramp = np.tile(np.linspace(0, 40_000, 200), (50, 1)).astype(dtype)
    Image.fromarray(ramp).save(tmp_path / "p.tif")
    grey = opened(tmp_path / "p.tif").survey(0).rgb[25, :, 0].astype(int)
    assert grey[0] < 5
    assert grey[-1] > 250
    assert abs(grey[100] - 127) < 6


def test_numbers_that_are_none_do_not_spoil_a_float_picture(tmp_path):
    values = np.tile(np.linspace(-1, 1, 100), (40, 1)).astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    Image.fromarray(values).save(tmp_path / "p.tif")
    rgb = opened(tmp_path / "p.tif").survey(0).rgb
    assert rgb[20, 2, 0] < 20
    assert rgb[20, 97, 0] > 235


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_shines_through_is_white(mode, tmp_path):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 40))
    image.convert(mode).save(tmp_path / "p.png")
    rgb = opened(tmp_path / "p.png").survey(0).rgb
    assert rgb[20, 5].max() < 30
    assert rgb[20, 30].min() > 225


def test_every_picture_of_a_tiff_is_a_page_and_a_film_has_one(tmp_path):
    frames = [Image.new("RGB", (50, 50), (60 * n, 0, 0)) for n in range(4)]
    for form in ("TIFF", "GIF", "WEBP"):
        frames[0].save(tmp_path / form, form, save_all=True, append_images=frames[1:])
    tiff = opened(tmp_path / "TIFF")
    assert tiff.facts.page_count == 4
    assert [int(tiff.survey(n).rgb[0, 0, 0]) for n in (3, 0, 2)] == [180, 0, 120]
    assert opened(tmp_path / "GIF").facts.page_count == 1
    assert opened(tmp_path / "WEBP").facts.page_count == 1


def test_sizes_keep_to_both_bounds_and_never_grow(tmp_path):
    Image.fromarray(noise(400, 100)).save(tmp_path / "p.png")
    source = opened(tmp_path / "p.png")
    assert source.picture(0, longest_px=200, most_pixels=10**6).shape == (50, 200, 3)
    assert source.picture(0, longest_px=10**4, most_pixels=10**4).shape == (50, 200, 3)
    assert source.picture(0, longest_px=10**4, most_pixels=10**9).shape == (100, 400, 3)


def test_a_sliver_keeps_a_pixel(tmp_path):
    Image.new("L", (8000, 1)).save(tmp_path / "p.png")
    assert opened(tmp_path / "p.png").survey(0).rgb.shape == (1, 320, 3)


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path):
    Image.new("1", (3000, 2000)).save(tmp_path / "p.png")
    with pytest.raises(DocumentError, match="Larger than the limit of 2 megapixels") as caught:
        opened(tmp_path / "p.png", ReadingLimits(max_image_pixels=2_000_000))
    assert caught.value.failure.cause is FailureCause.TOO_LARGE


def test_the_part_of_a_photo_that_arrived_is_read(tmp_path):
    Image.fromarray(noise(300, 300)).save(tmp_path / "p.jpg")
    whole = (tmp_path / "p.jpg").read_bytes()
    (tmp_path / "p.jpg").write_bytes(whole[: len(whole) // 2])
    source = opened(tmp_path / "p.jpg")
    assert [f.cause for f in source.facts.failures] == [FailureCause.CUT_SHORT]
    assert source.survey(0).rgb[:100].std() > 20
