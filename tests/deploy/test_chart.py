"""The chart, rendered by Helm for three sizes and held against the schemas of three versions of Kubernetes.

That is all that can be shown without a cluster: it was rendered and validated, not deployed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import helm_python
import kubernetes_validate
import pytest
from helm_python.errors import HelmValuesError
from kubernetes_validate import utils

from deploy.observability.written import HOSTS, SCRAPED, prometheus
from deploy.openbao.log_ins import AUDIENCE, Workload
from deploy.probe import SECONDS
from deploy.tls.identities import IDENTITIES, SETUP_USER
from deploy.topology import PORT, SIZES, USER
from deploy.wiring import House
from shared.asking import GATEWAY, PROMETHEUS, SET_UP, TRACES
from shared.privileges import BY_NAME
from shared.service.serve import ServeSettings
from tests.deploy.rendered import CHART, INHABITANTS, Object, containers, of_kind, pods, read, render, rendered, values

KUBERNETES = ("1.35", "1.36", "1.37")
CERT_MANAGER = "cert-manager.io/v1"
ROWS, PROCESSES = House().rows, set(House().processes)
REPLICAS = "-replicas"
DRAINING = sum(ServeSettings.model_fields[one].default for one in ("drain_seconds", "finish_seconds"))


@pytest.fixture(scope="module", autouse=True)
def _schemas_are_read_once() -> Iterator[None]:
    read_anew = utils.schema_contents
    utils.schema_contents = functools.cache(read_anew)
    yield
    utils.schema_contents = read_anew


@pytest.mark.parametrize("inhabitants", INHABITANTS)
@pytest.mark.parametrize("version", KUBERNETES)
def test_helm_has_nothing_to_say(inhabitants: int, version: str) -> None:
    report = helm_python.lint(CHART, values(inhabitants), strict=True, kube_version=f"v{version}.0")
    # 1: information; that a chart may have an icon.
    assert [one for one in report["messages"] if one["severity"] > 1] == []
    assert report["errors"] == []


@pytest.mark.parametrize("inhabitants", INHABITANTS)
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_would_take_every_object(inhabitants: int, version: str) -> None:
    """Strictly: a field that the version does not have is refused too."""
    judged = [one for one in rendered(inhabitants) if one["apiVersion"] != CERT_MANAGER]
    assert len(judged) > 70
    for one in judged:
        kubernetes_validate.validate(one, version, strict=True)


def test_an_object_with_a_field_too_many_is_refused() -> None:
    deployment = dict(of_kind(INHABITANTS[0], "Deployment")["intake"])
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**deployment, "spec": {**deployment["spec"], "replica": 2}}, "1.37", strict=True)


@pytest.mark.parametrize("kind", ["Deployment", "Service", "ConfigMap", "ServiceAccount", "PodDisruptionBudget"])
def test_every_process_has_one_of_each(kind: str) -> None:
    more = {SET_UP} if kind == "ServiceAccount" else set()
    for inhabitants in INHABITANTS:
        found = {one for one in of_kind(inhabitants, kind) if not one.endswith(REPLICAS)}
        assert found == PROCESSES | more


def test_prometheus_finds_every_replica_where_it_was_told() -> None:
    """By an address of each pod, ready or not: else what one of them counts would be taken for another's."""
    services = of_kind(INHABITANTS[0], "Service")
    found = {name: one["spec"] for name, one in services.items() if name.endswith(REPLICAS)}
    assert set(found) == {f"{row}{REPLICAS}" for row in SCRAPED}
    for name, spec in found.items():
        assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", True)
        assert spec["selector"] == services[name.removesuffix(REPLICAS)]["spec"]["selector"]
    told = {
        (one["tls_config"]["server_name"], dns["names"][0], dns["port"])
        for one in prometheus(HOSTS, secrets="/etc/prometheus/meldpunt")["scrape_configs"]
        for dns in one["dns_sd_configs"]
    }
    assert told == {(row, f"meldpunt-{row}{REPLICAS}.meldpunt.svc", PORT) for row in SCRAPED}


def test_each_replica_is_called_as_its_pod() -> None:
    """Never a value: that all its replicas would share."""
    pod = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}
    for name in PROCESSES:
        (container,) = pods(INHABITANTS[0])[name]["containers"]
        assert container["env"] == [{"name": "MELDPUNT_INSTANCE", "valueFrom": pod}]
        assert "MELDPUNT_INSTANCE" not in _variables(INHABITANTS[0])[name]


def test_every_service_has_what_prometheus_shows() -> None:
    told = _variables(INHABITANTS[0])
    given = {name: told[name]["MELDPUNT_METRICS_SECRET"] for name in SCRAPED}
    assert given == dict.fromkeys(SCRAPED, "/run/meldpunt/secrets/metrics")


@pytest.mark.parametrize("inhabitants", INHABITANTS)
def test_nothing_runs_as_root_or_writes_where_it_should_not(inhabitants: int) -> None:
    for pod in pods(inhabitants).values():
        security = pod["securityContext"]
        assert (security["runAsNonRoot"], security["runAsUser"]) == (True, USER)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(pod.get(one) for one in ("hostNetwork", "hostPID", "hostIPC"))
    for container in containers(inhabitants):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("inhabitants", INHABITANTS)
def test_nothing_is_given_a_token_of_the_cluster(inhabitants: int) -> None:
    accounts = of_kind(inhabitants, "ServiceAccount")
    assert [one for one in accounts.values() if one["automountServiceAccountToken"] is not False] == []
    for name, pod in pods(inhabitants).items():
        assert pod["automountServiceAccountToken"] is False
        assert pod["serviceAccountName"] == f"meldpunt-{name}"
    assert not {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"} & {
        one["kind"] for one in rendered(inhabitants)
    }


def test_who_asks_openbao_shows_what_the_cluster_says_of_him_and_only_that() -> None:
    expected = {
        "serviceAccountToken": {"audience": AUDIENCE, "expirationSeconds": 600, "path": "token"},
    }
    for name, pod in pods(INHABITANTS[0]).items():
        said = [source for one in pod["volumes"] for source in one.get("projected", {}).get("sources", ())]
        assert said == ([expected] if name in BY_NAME else []), name
        assert "initContainers" not in pod
        if said:
            told = {one["name"]: one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
            data = of_kind(INHABITANTS[0], "ConfigMap")[name]["data"]
            assert data["MELDPUNT_OPENBAO_CREDENTIALS"] == f"{told['identity']}/token"
    (job,) = of_kind(INHABITANTS[0], "Job").values()
    env = {one["name"]: one.get("value") for one in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    workload = Workload(env["MELDPUNT_WORKLOAD_ISSUER"] or "", "", env["MELDPUNT_WORKLOAD_NAMESPACE"] or "")
    # What OpenBao is told to believe is what the chart calls them.
    for name in BY_NAME:
        account = of_kind(INHABITANTS[0], "ServiceAccount")[name]["metadata"]
        assert workload.subject(name) == f"system:serviceaccount:{account['namespace']}:{account['name']}"


@pytest.mark.parametrize("inhabitants", INHABITANTS)
def test_everything_says_what_it_needs_and_how_to_see_that_it_is_well(inhabitants: int) -> None:
    for container in containers(inhabitants):
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert container["resources"]["limits"]["memory"]
    for name, deployment in of_kind(inhabitants, "Deployment").items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        probes = {one: container[one]["exec"]["command"] for one in ("startupProbe", "livenessProbe", "readinessProbe")}
        ask = ["python", "-I", "/app/deploy/probe.py"]
        assert probes == {
            "startupProbe": [*ask, "/livez"],
            "livenessProbe": [*ask, "/livez"],
            "readinessProbe": [*ask, "/readyz"],
        }, name
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["timeoutSeconds"] > SECONDS
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > DRAINING
        assert container["ports"] == [{"name": "https", "containerPort": PORT}]


@pytest.mark.parametrize("size", SIZES, ids=lambda one: str(one.inhabitants))
def test_there_are_as_many_as_the_topology_says(size: Any) -> None:
    deployments = of_kind(size.inhabitants, "Deployment")
    assert {name: one["spec"]["replicas"] for name, one in deployments.items()} == {
        name: size.replicas_of(name) for name in PROCESSES
    }
    for one in deployments.values():
        expected = "Recreate" if one["spec"]["replicas"] == 1 else "RollingUpdate"
        assert one["spec"]["strategy"]["type"] == expected


def test_a_disruption_takes_one_replica_at_a_time() -> None:
    for name, one in of_kind(INHABITANTS[0], "PodDisruptionBudget").items():
        assert one["spec"]["maxUnavailable"] == 1
        labels = of_kind(INHABITANTS[0], "Deployment")[name]["spec"]["selector"]["matchLabels"]
        assert one["spec"]["selector"]["matchLabels"] == labels


def _variables(inhabitants: int) -> dict[str, dict[str, str]]:
    return {name: one["data"] for name, one in of_kind(inhabitants, "ConfigMap").items()}


def test_every_process_reads_its_environment(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the chart sets is what the class of the process takes, and all that it asks for."""
    house = House()
    for name, data in _variables(INHABITANTS[0]).items():
        with monkeypatch.context() as one:
            for variable, value in data.items():
                one.setenv(variable, value)
            house.settings(name).model_validate({})
        fields = {f"MELDPUNT_{field.upper()}" for field in house.settings(name).model_fields}
        assert set(data) <= fields, name


def test_no_secret_stands_in_the_chart() -> None:
    """Secrets are named, and never made: what is in them is nobody's who renders."""
    assert [one for one in rendered(INHABITANTS[0]) if one["kind"] == "Secret"] == []
    named = {
        volume["secret"]["secretName"]
        for pod in pods(INHABITANTS[0]).values()
        for volume in pod["volumes"]
        if "secret" in volume
    }
    assert named == {f"meldpunt-{name}" for name in PROCESSES | {SET_UP}} | {
        f"meldpunt-{name}-tls" for name in PROCESSES | {SET_UP}
    }
    for data in _variables(INHABITANTS[0]).values():
        for variable, value in data.items():
            if any(word in variable for word in ("SECRET", "PASSWORD", "KEY", "CREDENTIALS", "TLS")):
                assert value.startswith("/run/meldpunt/"), variable


def test_what_is_set_for_one_process_reaches_that_process() -> None:
    data = _variables(INHABITANTS[0])
    assert {name for name, one in data.items() if "MELDPUNT_COMPACTION_DAYS" in one} == {"retention"}
    assert data["retention"]["MELDPUNT_COMPACTION_DAYS"] == "7"


def test_only_retention_writes_tombstones() -> None:
    writes = {
        name
        for name, pod in pods(INHABITANTS[0]).items()
        for mount in pod["containers"][0]["volumeMounts"]
        if mount["name"] == "tombstones" and not mount.get("readOnly")
    }
    assert writes == {"retention"}


def test_every_mount_has_its_volume_and_every_volume_its_mount() -> None:
    for name, pod in pods(INHABITANTS[0]).items():
        mounted = {one["name"] for container in pod["containers"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["volumes"]}, name


def test_an_identity_for_each_and_its_name_in_the_certificate() -> None:
    """cert-manager's own schema is not at hand: what it has to be given is looked at here."""
    certificates = of_kind(INHABITANTS[0], "Certificate")
    for name in (GATEWAY, PROMETHEUS):
        spec = certificates.pop(name)["spec"]
        assert (spec["dnsNames"], spec["usages"]) == ([name], ["digital signature", "client auth"])
        assert name not in IDENTITIES, "it is nobody whom NATS knows"
    assert set(certificates) == {*PROCESSES, SET_UP} <= set(IDENTITIES)
    assert SET_UP == SETUP_USER, "NATS knows it by the name in its certificate"
    (issuer,) = of_kind(INHABITANTS[0], "Issuer")
    for name, one in certificates.items():
        spec = one["spec"]
        assert one["apiVersion"] == CERT_MANAGER
        assert spec["dnsNames"] == [name, f"meldpunt-{name}", f"meldpunt-{name}.meldpunt.svc", "localhost"]
        assert spec["issuerRef"] == {"kind": "Issuer", "name": issuer}
        assert spec["secretName"] == f"meldpunt-{name}-tls"
        assert spec["privateKey"]["rotationPolicy"] == "Always"


def test_the_set_up_goes_before_everything_else() -> None:
    job = of_kind(INHABITANTS[0], "Job")[SET_UP]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "deploy.set_up", "apply"]
    back = values(INHABITANTS[0]) | {"setUp": {"goBack": True}}
    (told,) = [one for one in render(back) if one["kind"] == "Job"]
    assert told["spec"]["template"]["spec"]["containers"][0]["command"][-2:] == ["apply", "--go-back"]
    given = values(INHABITANTS[0]) | {"setUp": {"enabled": False}}
    without = render(given)
    assert not [one for one in without if one["kind"] == "Job"]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("image", {"repository": "registry.example.nl/meldpunt", "digest": "latest"}, "/image/digest"),
        ("openbao", {"address": "http://openbao:8200"}, "/openbao/address"),
        ("addresses", {"portal": "http://meldpunt.example.nl"}, "/addresses/portal"),
        ("names", {"secrets": {"stranger": "one"}}, "stranger"),
        ("settings", {"retention": {"snapshot_days": 0}}, "/settings/retention/snapshot_days"),
        ("settings", {"intake": {"tombstones": "/elsewhere"}}, "tombstones"),
        ("settings", {"intake": {"instance": "intake-1"}}, "instance"),
        ("password", "hunter2", "password"),
        ("certificates", {"outside": ["intake"]}, "/certificates/outside/0"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(key: str, value: Any, says: str) -> None:
    with pytest.raises(HelmValuesError, match=says):
        render(values(INHABITANTS[0]) | {key: value})


def test_without_the_municipalitys_values_nothing_is_rendered() -> None:
    with pytest.raises(HelmValuesError, match="/openbao/address"):
        render(read((CHART / f"values-{INHABITANTS[0]}.yaml").read_text()))


def test_from_where_figures_are_fetched_has_to_be_said() -> None:
    """A rule without peers would let everybody in."""
    given: Object = values(INHABITANTS[0])
    for network in (
        {key: value for key, value in given["network"].items() if key != PROMETHEUS},
        given["network"] | {PROMETHEUS: {"peers": []}},
    ):
        with pytest.raises(HelmValuesError, match="/network/prometheus/peers"):
            render(given | {"network": network})


def test_traces_are_asked_for_with_the_place_where_they_go() -> None:
    given: Object = values(INHABITANTS[0])
    network = {key: value for key, value in given["network"].items() if key != TRACES}
    with pytest.raises(helm_python.HelmError, match=r"network\.traces says where it is"):
        render(given | {"network": network})
