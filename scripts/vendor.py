"""Fetch the JavaScript libraries of the page from npm, or check the copies in web/vendor.

python scripts/vendor.py            fetch what vendor.json names; write copies and LICENSES.txt
python scripts/vendor.py --check    compare the copies with their hashes; needs no network
python scripts/vendor.py --record   fetch, and take new hashes: after a version was changed

`published` is the hash of the file as npm has it, `sha256` that of the copy. They differ where
`edits` says what is replaced by what.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src/chainrule/page/web/vendor"
TABLE, LICENSES = VENDOR / "vendor.json", VENDOR / "LICENSES.txt"


def digest(data):
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def table():
    """Return what vendor.json says of each file."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def checked():
    """Return what is wrong with the copies, one sentence for each."""
    known, licenses = table(), LICENSES.read_text(encoding="utf-8")
    wrong = []
    for name, about in known.items():
        path = VENDOR / name
        if not path.exists():
            wrong.append(f"{name} is missing.")
        elif digest(path.read_bytes()) != about["sha256"]:
            wrong.append(f"{name} is not the copy that vendor.json describes.")
        titles = map(title, (about, *about.get("contains", ())))
        wrong += [f"LICENSES.txt has no license of {t}." for t in titles if t not in licenses]
    own = {"d3.js"}
    lost = {path.name for path in VENDOR.glob("*.js")} - set(known) - own
    return wrong + [f"vendor.json does not name {name}." for name in sorted(lost)]


def title(about):
    """Return the name of a package with its version and license."""
    return f"{about['package']} {about['version']} ({about['license']})"


def fetched(about, folder):
    """Return the folder of a package as npm has it."""
    place = folder / f"{about['package']}-{about['version']}"
    if not place.exists():
        npm = [shutil.which("npm"), "pack", "--silent", "--pack-destination", str(folder)]
        name = f"{about['package']}@{about['version']}"
        done = subprocess.run([*npm, name], check=True, capture_output=True, text=True)
        with tarfile.open(folder / done.stdout.split()[-1]) as packed:
            packed.extractall(place, filter="data")
    return place / "package"


def edited(data, about):
    """Return a file with the edits of its entry."""
    text = data.decode()
    for before, after in about.get("edits", ()):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text.encode()


def write(*, record):
    """Fetch all files and write them; return what is wrong."""
    known, texts = table(), {}
    with tempfile.TemporaryDirectory() as name:
        for file, about in known.items():
            package = fetched(about, Path(name))
            described = json.loads((package / "package.json").read_text(encoding="utf-8"))
            data = (package / about["path"]).read_bytes()
            copy = edited(data, about)
            if record:
                about |= {"license": described["license"], "published": digest(data)}
                about["sha256"] = digest(copy)
            if about["published"] != digest(data) or about["license"] != described["license"]:
                return [f"{file}: npm has something else than vendor.json says."]
            (VENDOR / file).write_bytes(copy)
            for part in (about, *about.get("contains", ())):
                text = (fetched(part, Path(name)) / "LICENSE").read_text(encoding="utf-8").strip()
                texts.setdefault(text, {})[title(part)] = None
    LICENSES.write_text(licenses(texts), encoding="utf-8")
    if record:
        TABLE.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return checked()


def licenses(texts):
    """Return the text of LICENSES.txt: chainrule's license, then the others with their packages."""
    own = (ROOT / "LICENSE").read_text(encoding="utf-8").strip()
    parts = [f"chainrule\n\n{own}", *("\n".join((*n, "", text)) for text, n in texts.items())]
    return ("\n\n" + "-" * 78 + "\n\n").join(parts) + "\n"


def main():
    """Check or write; print what is wrong and return 1, or return 0."""
    wrong = checked() if "--check" in sys.argv else write(record="--record" in sys.argv)
    print(*wrong or [f"{len(table())} files of npm are as vendor.json says."], sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
