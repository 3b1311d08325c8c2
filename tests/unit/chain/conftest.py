from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.anvil import Anvil, anvil
from zklink.chain.client import ChainClient


@pytest.fixture(scope="module")
def shared_node() -> Iterator[Anvil]:
    with anvil() as found:
        yield found


@pytest.fixture
def node() -> Iterator[Anvil]:
    with anvil() as found:
        yield found


@pytest.fixture
async def client(node: Anvil) -> AsyncIterator[ChainClient]:
    found = ChainClient(1, node.evm_chain_id, [node.url])
    await found.start()
    yield found
    await found.close()
