"""What OpenCV is configured with where Folioscope compiles it."""

# numbers, pictures in memory, contours, and what Python needs to call them
_MODULES = "core,imgproc,geometry,python3"
# what every processor of 64 bits has that Qt runs on, and what most have since 2013
_PROCESSORS = {"CPU_BASELINE": "SSE3", "CPU_DISPATCH": "AVX2"}
_SPEED = "-O2 -DNDEBUG"
_NOT_BUILT = (
    *("DOCS", "EXAMPLES", "IPP_IW", "ITT", "JAVA", "JPEG", "OPENJPEG", "PERF_TESTS", "PNG"),
    *("SHARED_LIBS", "TESTS", "TIFF", "WEBP", "opencv_apps"),
)
_WITHOUT = (
    *("1394", "ADE", "AVIF", "EIGEN", "FFMPEG", "FLATBUFFERS", "GSTREAMER", "GTK", "IPP", "ITT"),
    *("JASPER", "JPEG", "LAPACK", "OPENCL", "OPENEXR", "OPENJPEG", "PNG", "PROTOBUF", "QUIRC"),
    *("TIFF", "UNIFONT", "V4L", "VA", "VA_INTEL", "WEBP"),
)


def options() -> dict[str, str]:
    """Return what cmake is told, by name, but for the places of the machine."""
    return {
        "BUILD_LIST": _MODULES,
        **_PROCESSORS,
        "BUILD_ZLIB": "ON",
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_C_FLAGS_RELEASE": _SPEED,
        "CMAKE_CXX_FLAGS_RELEASE": _SPEED,
        "CMAKE_INSTALL_PREFIX": "/usr",
        "CMAKE_MODULE_LINKER_FLAGS": "-Wl,--build-id=none -s",
        "CV_TRACE": "OFF",
        "INSTALL_CREATE_DISTRIB": "ON",
        "OPENCV_PYTHON3_INSTALL_PATH": "python",
        "PYTHON3_LIMITED_API": "ON",
        # what no two builds have in common
        "BUILD_INFO_SKIP_SYSTEM_VERSION": "ON",
        "BUILD_INFO_SKIP_TIMESTAMP": "ON",
        **{f"BUILD_{name}": "OFF" for name in _NOT_BUILT},
        **{f"WITH_{name}": "OFF" for name in _WITHOUT},
    }
