"""OpenBao keeps a bounded number of keys in memory: else those of a whole city, since it looks at each once an hour."""

from __future__ import annotations

from uuid import uuid4

from deploy.openbao import apply as bao_config
from tests.platform.real import Bao

MOUNT = "room-research"
FEW = 10
"""The fewest that can be kept."""


def test_every_mount_of_keys_has_a_bound_and_the_set_up_puts_it_back(openbao: Bao) -> None:
    bao = openbao.administrator
    bao.write(f"{MOUNT}/cache-config", size=FEW)
    bao_config.apply(bao)
    mounts = [name for name, one in bao.sys.list_mounted_secrets_engines()["data"].items() if one["type"] == "transit"]
    assert f"{MOUNT}/" in mounts
    bounds = {name: bao.read(f"{name}cache-config")["data"]["size"] for name in mounts}
    assert bounds == dict.fromkeys(mounts, bao_config.KEYS_AT_HAND)


def test_a_key_that_is_not_at_hand_opens_as_before_and_a_destroyed_one_does_not(openbao: Bao) -> None:
    bao = openbao.administrator
    gone, *left = some = [f"S-{uuid4().hex}" for _ in range(3 * FEW)]
    bao.write(f"{MOUNT}/cache-config", size=FEW)
    try:
        sealed = {}
        for one in some:
            bao.write(f"{MOUNT}/keys/{one}", type="aes256-gcm96")
            sealed[one] = bao.write(f"{MOUNT}/encrypt/{one}", plaintext="aGVubmVw")["data"]["ciphertext"]
        bao.write(f"{MOUNT}/keys/{gone}/config", deletion_allowed=True)
        bao.delete(f"{MOUNT}/keys/{gone}")
        for one in left:
            assert bao.write(f"{MOUNT}/decrypt/{one}", ciphertext=sealed[one])["data"]["plaintext"] == "aGVubmVw"
        answer = bao.adapter.post(
            f"/v1/{MOUNT}/decrypt/{gone}", json={"ciphertext": sealed[gone]}, raise_exception=False
        )
        assert answer.status_code == 400
    finally:
        bao.write(f"{MOUNT}/cache-config", size=bao_config.KEYS_AT_HAND)
        for one in left:
            bao.write(f"{MOUNT}/keys/{one}/config", deletion_allowed=True)
            bao.delete(f"{MOUNT}/keys/{one}")
