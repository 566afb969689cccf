"""The image and its composition, as far as they can be judged without a container engine: that the files which the image
is built from are enough, that secrets reach the program, that settings are settings of the service. hadolint and the
schema of compose files are asked where they are there.

    images.py [COMPOSE_SCHEMA]
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from found import ROOT, Findings, run, settings_of_service

DOCKERFILE = ROOT / "deploy/docker/Dockerfile"
COMPOSITIONS = [ROOT / "deploy/docker/compose.yml", ROOT / "deploy/jan-server/compose.yml"]
SECRETS = ["database_password", "database_url", "jwt_secret"]


def context(folder: pathlib.Path) -> None:
    """The files that .dockerignore leaves, of those that git knows."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = [line[2:] for line in lines if line.startswith("!/")]
    known = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in known:
        if any(name == path or name.startswith(path + "/") for path in kept) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def source_is_whole(folder: pathlib.Path, findings: Findings) -> None:
    run("cargo", "metadata", "--locked", "--offline", "--no-deps", "--format-version=1", f"--manifest-path={folder}/Cargo.toml")
    for source in sorted(folder.glob("crates/*/src/**/*.rs")):
        text = source.read_text()
        for name in re.findall(r'include_(?:str|bytes)!\(\s*"([^"]+)"', text):
            if source.name != "tests.rs":
                findings.expect((source.parent / name).exists(), f"the image is built with {name} of {source.relative_to(folder)}")
        crate = folder / pathlib.Path(*source.relative_to(folder).parts[:2])
        for name in re.findall(r'embed_migrations!\(\s*"([^"]+)"', text):
            findings.expect((crate / name).is_dir(), f"the image is built with {name}")


def dockerfile(folder: pathlib.Path, findings: Findings) -> None:
    text = DOCKERFILE.read_text()
    for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        findings.expect(":" in image and not image.endswith(":latest"), f"the base {image} has a tag that stays")
    for source in re.findall(r"^COPY (?:--chmod=\S+ )?(\S+) ", text, re.MULTILINE):
        if not source.startswith("--from"):
            findings.expect((folder / source).exists(), f"the image is built with {source}")
    last = text.rsplit("\nFROM ", 1)[1]
    findings.expect(bool(re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)), "the image runs as a user other than root, by number")
    findings.expect("\nHEALTHCHECK " in last, "the image tells whether it is healthy")
    if not (hadolint := shutil.which("hadolint")):
        print("not checked: the Dockerfile by hadolint, which is not here")
        return
    judged = subprocess.run([hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False)
    findings.equal(judged.stdout + judged.stderr, "", "the output of hadolint")


def composition(path: pathlib.Path, schema: dict | None, findings: Findings) -> None:
    content = yaml.safe_load(path.read_text())
    if schema:
        # Schemathesis brings it.
        import jsonschema_rs

        for error in jsonschema_rs.validator_for(schema).iter_errors(content):
            findings.expect(False, f"{path.parent.name}/{path.name}: {error.instance_path}: {error.message}")
    known = settings_of_service()
    for name in content["services"]["jan-conversations"]["environment"]:
        findings.expect(name.removesuffix("_FILE") in known, f"{path.parent.name}/{path.name}: {name} is a setting of the service")
    service = content["services"]["jan-conversations"]
    is_small = service.get("read_only") and service.get("cap_drop") == ["ALL"] and "no-new-privileges:true" in service.get("security_opt", [])
    findings.expect(is_small, f"{path.parent.name}/{path.name}: the container may do little")
    seconds = int(service.get("stop_grace_period", "10s").removesuffix("s"))
    findings.expect(seconds > 25, f"{path.parent.name}/{path.name}: Docker waits for replies")
    for name, one in content["services"].items():
        findings.expect("mem_limit" in one, f"{path.parent.name}/{path.name}: the memory of {name} is limited")
    for secret in content.get("secrets", {}).values():
        findings.expect(pathlib.Path(secret["file"]).name in SECRETS, f"make-secrets makes {secret['file']}")


def secrets(folder: pathlib.Path, findings: Findings) -> None:
    maker = shutil.copy2(ROOT / "deploy/docker/make-secrets", folder / "make-secrets")
    run(maker)
    made = folder / "secrets"
    findings.equal(sorted(path.name for path in made.iterdir()), SECRETS, "what make-secrets makes")
    findings.equal(made.stat().st_mode & 0o777, 0o700, "the mode of the secrets' directory")
    again = subprocess.run([maker], capture_output=True, text=True, check=False)
    findings.expect(again.returncode == 1 and "already" in again.stderr, "make-secrets does not replace secrets")
    password = (made / "database_password").read_text().strip()
    url = (made / "database_url").read_text().strip()
    findings.expect(f":{password}@database:" in url, "the address has the database's password")
    wrapper = ROOT / "deploy/with-secrets"
    path = {"PATH": "/usr/bin:/bin"}
    odd = folder / "a file with blanks"
    odd.write_text("it's \"odd\" $HOME `date` \\ end \n")
    given = path | {"DATABASE_URL_FILE": str(made / "database_url"), "JWT_SECRET_FILE": str(odd)}
    seen = run(wrapper, "sh", "-c", 'printf "%s|%s" "$DATABASE_URL" "$JWT_SECRET"', env=given)
    findings.equal(seen, f"{url}|{odd.read_text().removesuffix(chr(10))}", "the program's settings")
    credentials = folder / "credentials"
    credentials.mkdir()
    (credentials / "secrets_jwt_secret").write_text("from systemd\n")
    seen = run(wrapper, "sh", "-c", 'printf "%s" "$JWT_SECRET"', env=path | {"CREDENTIALS_DIRECTORY": str(credentials)})
    findings.equal(seen, "from systemd", "a credential of systemd's")
    (credentials / "secrets_otel_exporter_otlp_headers").write_text("authorization=x\n")
    seen = run(wrapper, "sh", "-c", 'printf "%s" "$OTEL_EXPORTER_OTLP_HEADERS"', env=path | {"CREDENTIALS_DIRECTORY": str(credentials)})
    findings.equal(seen, "authorization=x", "the headers for a collector")
    mistyped = folder / "mistyped"
    mistyped.mkdir()
    (mistyped / "secrets_jwt_secert").write_text("x")
    refusals = [path | {"JWT_SECRET_FILE": "/no/such"}, given | {"JWT_SECRET": "x"}, path | {"CREDENTIALS_DIRECTORY": str(mistyped)}]
    for environment in refusals:
        refused = subprocess.run([wrapper, "true"], env=environment, capture_output=True, text=True, check=False)
        findings.expect(
            refused.returncode == 2 and "jwt_sec" in refused.stderr.lower(),
            "secrets that cannot be read, are given twice, or have another name, are refused",
        )
    empty = folder / "empty"
    empty.write_text("\n")
    seen = run(wrapper, "sh", "-c", 'printf "%s" "${LLM_API_KEY-absent}"', env=path | {"LLM_API_KEY_FILE": str(empty)})
    findings.equal(seen, "absent", "an empty secret")
    for name in ("DATABASE_URL", "DATABASE_READ_URL"):
        environment = path | {f"{name}_FILE": str(empty)}
        refused = subprocess.run([wrapper, "true"], env=environment, capture_output=True, text=True, check=False)
        findings.expect(refused.returncode == 2 and f"{name} is empty" in refused.stderr, f"an empty {name} is refused")
    findings.equal(run(wrapper, "echo", "a  b", env=path), "a  b\n", "the output of a program without secrets")


def main() -> int:
    findings = Findings("images")
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text()) if len(sys.argv) > 1 else None
    if schema is None:
        print("not checked: compose files by their schema; COMPOSE_SCHEMA names none, and there is none of Go's modules")
    print("not run: docker build, docker compose up")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name, "context")
        folder.mkdir()
        context(folder)
        source_is_whole(folder, findings)
        dockerfile(folder, findings)
        secrets(pathlib.Path(name), findings)
    for path in COMPOSITIONS:
        composition(path, schema, findings)
    return 1 if findings.count else 0


if __name__ == "__main__":
    sys.exit(main())
