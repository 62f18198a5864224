"""OpenBao's own configuration file (HCL)."""

from __future__ import annotations

import json
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
    seal_key: Path
    provisioner: Path
    tls: Tls


def server_config(one: Server) -> str:
    """The one user that it begins with may everything: the set-up logs in as it."""
    provisioner_policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'
    return f"""
ui = false
api_addr = "https://{one.host}:{one.port}"
cluster_addr = "https://{one.host}:{one.cluster_port}"
log_level = "warn"
storage "raft" {{
  path = "{one.folder / "raft"}"
  node_id = "{one.node}"
  # Short logs: what was deleted is not kept in them; that it leaves the file takes a compaction.
  performance_multiplier = "1"
  trailing_logs = "50"
  snapshot_threshold = "50"
  snapshot_interval = "5"
}}
listener "tcp" {{
  address = "{one.host}:{one.port}"
  cluster_address = "{one.host}:{one.cluster_port}"
{listener_tls(one.tls)}
}}
seal "static" {{
  current_key_id = "embedded-1"
  current_key = "file://{one.seal_key}"
}}
audit "file" "trail" {{
  description = "every request, values as keyed hashes"
  options {{
    file_path = "{one.audit_log}"
    mode = "0600"
  }}
}}
initialize "provisioner" {{
  request "auth" {{
    operation = "update"
    path = "sys/auth/provisioner"
    data = {{ type = "userpass" }}
  }}
  request "policy" {{
    operation = "update"
    path = "sys/policies/acl/provisioner"
    data = {{ policy = {json.dumps(provisioner_policy)} }}
  }}
  request "user" {{
    operation = "update"
    path = "auth/provisioner/users/provisioner"
    data = {{
      password = {{ eval_type = "string", eval_source = "file", path = "{one.provisioner}" }}
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
