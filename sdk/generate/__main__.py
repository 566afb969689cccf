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


# Where the calls are that are written by hand, seen from what is generated.
RESOURCES = {"python": "resources", "typescript": "../resources"}


def refuse_missing(document: Document, language: str, directory: str) -> None:
    """Stops where an operation has no call."""
    sources = pathlib.Path(directory, RESOURCES[language]).iterdir()
    text = "".join(source.read_text(encoding="utf-8") for source in sources if source.is_file())
    missing = [operation.id for operation in document.operations if f'"{operation.id}"' not in text]
    if missing:
        sys.exit(f"error: the SDK for {language} has no call for: {', '.join(missing)}")


def main() -> None:
    path, language, directory = sys.argv[1:]
    document = Document(pathlib.Path(path))
    refuse_missing(document, language, directory)
    for name, write in WRITERS[language].items():
        pathlib.Path(directory, name).write_text(write(document), encoding="utf-8")


if __name__ == "__main__":
    main()
