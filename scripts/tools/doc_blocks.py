"""Prints the blocks of one language in a page, as one program that runs against BASE_URL.

    doc_blocks.py PAGE LANGUAGE
"""

import os
import pathlib
import re
import sys

URL = '"http://localhost:8000"'
# How a program reads BASE_URL, and what it needs for that. Those in other languages get it as it is.
READS = {
    "python": ("import os\n\n", 'os.environ["BASE_URL"]'),
    "ts": ("", "process.env.BASE_URL!"),
}


def main() -> None:
    page, language = sys.argv[1:]
    text = pathlib.Path(page).read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    program = "\n".join(blocks)
    # A page whose blocks are not found must not pass.
    if URL not in program:
        sys.exit(f"{page} has no block in {language} that calls {URL}")
    head, read = READS.get(language) or ("", f'"{os.environ["BASE_URL"]}"')
    print(head + program.replace(URL, read), end="")


if __name__ == "__main__":
    main()
