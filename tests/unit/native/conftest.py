from pathlib import Path

import pytest

import zklink_native as native
from tests.unit.native.peers import Compiled, compile_small

SEED = b"native tests, never elsewhere"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def system(small: Compiled) -> native.R1cs:
    return native.R1cs.read(small.r1cs)


@pytest.fixture(scope="session")
def witness(small: Compiled) -> native.Witness:
    return native.Witness.read_wtns(small.wtns)


@pytest.fixture(scope="session")
def key(system: native.R1cs) -> native.ProvingKey:
    return native.setup_development(system, SEED)


@pytest.fixture(scope="session")
def zkey(key: native.ProvingKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zkey") / "small.zkey"
    key.write_zkey(path)
    return path


@pytest.fixture(scope="session")
def proof(key: native.ProvingKey, witness: native.Witness) -> native.Proof:
    return native.prove(key, witness)
