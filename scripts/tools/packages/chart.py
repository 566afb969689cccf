"""The Helm chart: that helm takes it, that values which cannot work are refused, that what it makes is valid for
Kubernetes, and that settings and probes are those of the service. kubernetes-validate (of the Python registry) has the
schemas of Kubernetes; where it is not there, that is said."""

import json
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from found import ROOT, Findings, run, settings_of_service

CHART = ROOT / "deploy/helm/jan-conversations"
# How long helm waits for the migration, unless `--timeout` says otherwise.
PATIENCE_OF_HELM = 300
KUBERNETES = ("1.25", "1.37")
SECRET = ["--set=existingSecret=jan"]
GOOD = {
    "the fewest values": [],
    "one instance": ["--set=replicas=1"],
    "odd values": [
        "--set=settings.OIDC_MAX_TOKEN_SECONDS=2592000", "--set=settings.REGISTRATION=true",
        "--set-string=settings.LLM_MODEL=two  words: \"x\" #", "--set=settings.SHUTDOWN_TIMEOUT_SECONDS=60",
    ],
    "everything": [
        "--set=ingress.enabled=true,ingress.host=chat.example.org,ingress.tlsSecret=tls,ingress.className=nginx",
        "--set=metrics.enabled=true,metrics.port=9999",
        "--set=imagePullSecrets[0].name=pull,nodeSelector.disk=ssd,tolerations[0].operator=Exists",
        "--set=podLabels.team=a,podAnnotations.note=b,service.annotations.note=c,ingress.annotations.note=d",
        "--set=affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution=null,image.tag=v9",
    ],
    "no migration": ["--set=migration.enabled=false"],
}
BAD = {
    "no secret": ["--set=existingSecret="],
    "a secret among the settings": ["--set=settings.JWT_SECRET=x"],
    "headers for a collector among the settings": ["--set=settings.OTEL_EXPORTER_OTLP_HEADERS=x"],
    "headers for its traces among the settings": ["--set=settings.OTEL_EXPORTER_OTLP_TRACES_HEADERS=x"],
    "a setting that the chart makes": ["--set=settings.HTTP_PORT=1"],
    "the port of metrics among the settings": ["--set=settings.METRICS_PORT=1"],
    "an ingress without a host": ["--set=ingress.enabled=true"],
    "a name that is mistyped": ["--set=replicaCount=3"],
}


def template(version: str, values: list[str]) -> subprocess.CompletedProcess:
    command = ["helm", "template", "chat", CHART, f"--kube-version={version}.0", *SECRET, *values]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def secrets(findings: Findings) -> None:
    """Each secret that with-secrets knows is one in the chart, and refused among its settings."""
    loop = re.search(r"for name in ([A-Z_\s\\]+); do", (ROOT / "deploy/with-secrets").read_text())
    known = set(loop[1].replace("\\", " ").split()) if loop else set()
    helpers = (CHART / "templates/_helpers.tpl").read_text()
    given = {name for names in re.findall(r"range list ([^}]+)", helpers) for name in re.findall(r'"([A-Z_]+)"', names)}
    findings.equal(given, known, "the secrets of the chart")
    schema = json.loads((CHART / "values.schema.json").read_text())
    refused = set(schema["properties"]["settings"]["propertyNames"]["not"]["enum"])
    findings.equal(known - refused, set(), "what is a secret, and taken as a setting")


def environment_of(container: dict) -> dict:
    return {entry["name"]: entry.get("value") for entry in container["env"]}


def judge(made: dict[str, dict], case: str, findings: Findings) -> None:
    deployment = made["Deployment"]["spec"]
    pods = [deployment["template"]["spec"]] + [made[kind]["spec"]["template"]["spec"] for kind in ("Job",) if kind in made]
    known = settings_of_service()
    for pod in pods:
        container = pod["containers"][0]
        safe = container["securityContext"]
        findings.expect(safe["readOnlyRootFilesystem"] and not safe["allowPrivilegeEscalation"], f"{case}: the container may do little")
        findings.expect(pod["securityContext"]["runAsNonRoot"], f"{case}: the pod does not run as root")
        findings.equal(set(environment_of(container)) - known, set(), f"{case}: settings that the service does not have")
    pod = deployment["template"]["spec"]
    container = pod["containers"][0]
    probes = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    document = json.loads((ROOT / "openapi/openapi.json").read_text())
    findings.equal(probes - set(document["paths"]), set(), f"{case}: probes of addresses that are not there")
    seconds = int(environment_of(container).get("SHUTDOWN_TIMEOUT_SECONDS") or 25)
    findings.expect(pod["terminationGracePeriodSeconds"] > seconds + 5, f"{case}: Kubernetes waits for replies")
    findings.equal("PodDisruptionBudget" in made, deployment["replicas"] > 1, f"{case}: whether there is a disruption budget")
    selector = made["Service"]["spec"]["selector"].items()
    findings.expect(selector <= deployment["template"]["metadata"]["labels"].items(), f"{case}: the Service finds the pods")
    if "Job" in made:
        labels = made["Job"]["spec"]["template"]["metadata"]["labels"].items()
        findings.expect(not selector <= labels, f"{case}: the Service does not send requests to the migration")
    if case == "everything":
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        findings.equal(ports, {"http": 8000, "metrics": 9999}, "the ports of the container")
        findings.equal(environment_of(container)["METRICS_PORT"], "9999", "the port of metrics")
    if case == "odd values":
        given = environment_of(container)
        findings.equal(
            [given["OIDC_MAX_TOKEN_SECONDS"], given["REGISTRATION"], given["LLM_MODEL"]],
            ["2592000", "true", 'two  words: "x" #'], "what the service is given",
        )


def validate(text: str, version: str, findings: Findings) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        command = ["kubernetes-validate", "--strict", "-k", version, file.name]
        judged = subprocess.run(command, capture_output=True, text=True, check=False)
    findings.equal(judged.returncode, 0, f"the verdict of Kubernetes {version} ({judged.stdout[-500:]}{judged.stderr[-500:]})")


def main() -> int:
    findings = Findings("chart")
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    findings.equal(yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"], version and version[1], "the chart's appVersion")
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    findings.expect(values["migration"]["deadlineSeconds"] < PATIENCE_OF_HELM, "the migration ends before helm gives up")
    secrets(findings)
    for tool in ("helm", "kubernetes-validate"):
        if not shutil.which(tool):
            print(f"not checked: the chart by {tool}, which is not here")
    if not shutil.which("helm"):
        return 1 if findings.count else 0
    run("helm", "lint", "--strict", CHART, *SECRET)
    for version in KUBERNETES:
        texts = []
        for case, values in GOOD.items():
            done = template(version, values)
            findings.equal(done.returncode, 0, f"{case}: whether helm takes it ({done.stderr.strip()})")
            if done.returncode == 0:
                judge({one["kind"]: one for one in yaml.safe_load_all(done.stdout) if one}, case, findings)
                texts.append(done.stdout)
        if shutil.which("kubernetes-validate"):
            validate("---\n".join(texts), version, findings)
    for case, values in BAD.items():
        findings.expect(template(KUBERNETES[0], values).returncode != 0, f"{case}: refused")
    print("not run: helm install")
    return 1 if findings.count else 0


if __name__ == "__main__":
    sys.exit(main())
