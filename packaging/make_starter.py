"""Make the starter model for systems that lack its package: ``make_starter.py DIR``.

``build.py`` takes it from ``build/models`` where it is there already. It is the same for all
systems; the package with its data is not.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bundle.starter import make_starter

if __name__ == "__main__":
    print(make_starter(Path(sys.argv[1]).absolute()))
