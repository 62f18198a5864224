"""OpenBao's own configuration file (HCL)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.tls import Tls


@dataclass(frozen=True)
class Server:
    """One node: where it listens, where it keeps things, and the files that it reads at its first start."""

    host: str
    port: int
    cluster_port: int
    node: str
    folder: Path
    audit_log: Path
    """The same on every node of a cluster and after a restore, or OpenBao does not open; relative to where it is started."""
    seal_key: Path
    """Named by its number: `seal_id`."""
    provisioner: Path
    tls: Tls
    joins: Sequence[str] = ()
    """Where all the nodes of its cluster are spoken to (`https://host:port`); none for one that is alone."""
    initializes: bool = True
    """Whether it makes the cluster when there is none. One node alone: several would make as many clusters."""
    previous_seal_key: Path | None = None
    """The seal key of before, while what it sealed is being sealed anew with the other."""


def seal_id(key: Path) -> str:
    """What OpenBao calls the seal key in this file; it writes that beside what it sealed. `openbao-seal-key` is the first,
    `openbao-seal-key-2` the second."""
    number = key.name.rpartition("-")[2]
    return f"embedded-{number if number.isdigit() else 1}"


def server_config(one: Server) -> str:
    """The file that it reads at its start."""
    return f"""
ui = false
api_addr = "https://{one.host}:{one.port}"
cluster_addr = "https://{one.host}:{one.cluster_port}"
log_level = "{"info" if one.previous_seal_key else "warn"}"
# Entries of its storage in memory: by default four times as many, of which each is a kilobyte or two.
cache_size = "32768"
storage "raft" {{
  path = "{one.folder / "raft"}"
  node_id = "{one.node}"
  # Short logs: what was deleted is not kept in them; that it leaves the file takes a compaction.
  performance_multiplier = "1"
  trailing_logs = "50"
  snapshot_threshold = "50"
  snapshot_interval = "5"
{joining(one)}}}
# A standby that answers by itself does so from what it knew a moment ago: a key just locked would still decrypt.
disable_standby_reads = true
listener "tcp" {{
  address = "{one.host}:{one.port}"
  cluster_address = "{one.host}:{one.cluster_port}"
{listener_tls(one.tls)}
}}
seal "static" {{
  current_key_id = "{seal_id(one.seal_key)}"
  current_key = "file://{one.seal_key}"
{previous(one.previous_seal_key)}}}
audit "file" "trail" {{
  description = "every request, values as keyed hashes"
  options {{
    file_path = "{one.audit_log}"
    mode = "0600"
  }}
}}
{initialisation(one.provisioner) if one.initializes else ""}"""


def previous(key: Path | None) -> str:
    """With it what was sealed before is still opened. That it was sealed anew is said in the log alone, at `info`."""
    return (
        f"""  previous_key_id = "{seal_id(key)}"
  previous_key = "file://{key}"
"""
        if key
        else ""
    )


def joining(one: Server) -> str:
    """It asks all of them, itself too, until one that is initialised takes it in."""
    return "".join(
        f"""  retry_join {{
    leader_api_addr = "{address}"
    leader_ca_cert_file = "{one.tls.authorities}"
    leader_client_cert_file = "{one.tls.certificate}"
    leader_client_key_file = "{one.tls.key}"
  }}
"""
        for address in one.joins
    )


def initialisation(provisioner: Path) -> str:
    """The one user that it begins with may everything: the set-up logs in as it."""
    policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'
    return f"""initialize "provisioner" {{
  request "auth" {{
    operation = "update"
    path = "sys/auth/provisioner"
    data = {{ type = "userpass" }}
  }}
  request "policy" {{
    operation = "update"
    path = "sys/policies/acl/provisioner"
    data = {{ policy = {json.dumps(policy)} }}
  }}
  request "user" {{
    operation = "update"
    path = "auth/provisioner/users/provisioner"
    data = {{
      password = {{ eval_type = "string", eval_source = "file", path = "{provisioner}" }}
      token_policies = ["provisioner"]
    }}
  }}
}}
"""


def listener_tls(tls: Tls) -> str:
    """Of a listener: nobody is spoken to who shows no certificate of the house. `tls`: of the server."""
    return f"""  tls_cert_file = "{tls.certificate}"
  tls_key_file = "{tls.key}"
  tls_client_ca_file = "{tls.authorities}"
  tls_require_and_verify_client_cert = true
  tls_min_version = "tls13\""""
