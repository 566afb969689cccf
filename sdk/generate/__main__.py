"""Writes what the SDKs are made of from the OpenAPI document.

    python sdk/generate DOCUMENT python DIRECTORY
    python sdk/generate DOCUMENT typescript DIRECTORY
"""

import pathlib
import sys

import python_code
import typescript_code
from document import Document

WRITERS = {
    "python": {
        "models.py": python_code.models,
        "params.py": python_code.params,
        "_routes.py": python_code.routes,
        "_codes.py": python_code.errors,
    },
    "typescript": {"routes.ts": typescript_code.routes, "codes.ts": typescript_code.errors},
}


def main() -> None:
    path, language, directory = sys.argv[1:]
    document = Document(pathlib.Path(path))
    for name, write in WRITERS[language].items():
        pathlib.Path(directory, name).write_text(write(document), encoding="utf-8")


if __name__ == "__main__":
    main()
