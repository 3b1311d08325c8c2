CREATE TABLE IF NOT EXISTS signatures (
    generation INTEGER NOT NULL,
    block INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    signer BLOB NOT NULL CHECK (length(signer) = 20),
    state_root BLOB NOT NULL CHECK (length(state_root) = 32),
    sync_hash BLOB NOT NULL CHECK (length(sync_hash) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    at REAL NOT NULL,
    PRIMARY KEY (generation, block, signer, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS evidence (
    signer BLOB NOT NULL,
    generation INTEGER NOT NULL,
    block INTEGER NOT NULL,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (signer, generation, block)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS observations (
    block INTEGER PRIMARY KEY,
    content TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS accepted (
    chain INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS freeze (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    reason TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
