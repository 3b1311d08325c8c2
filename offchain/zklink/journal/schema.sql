-- One file shared by processes; every table has one writer (named beside it). Integers above 63 bits are text or blobs.

CREATE TABLE meta (                -- set once at creation
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE transactions (        -- writer: sequencer. A row exists before its sender gets an answer.
    seq         INTEGER PRIMARY KEY, -- place in the order in which requests and transactions were taken
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    body        TEXT NOT NULL,     -- canonical JSON as accepted
    account     INTEGER NOT NULL,
    nonce       INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,  -- seconds
    state       TEXT NOT NULL CHECK (state IN ('accepted', 'sealed', 'failed')),
    block       INTEGER,
    position    INTEGER,           -- operation index in the block
    fail_reason TEXT,
    CHECK ((state = 'sealed') = (block IS NOT NULL))
) STRICT;
CREATE INDEX transactions_by_state ON transactions (state, seq);
CREATE INDEX transactions_by_account ON transactions (account, nonce);

CREATE TABLE requests (            -- writer: sequencer. Priority requests of finalised blocks, in queue order.
    chain      INTEGER NOT NULL,
    request_id INTEGER NOT NULL,
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    body       TEXT NOT NULL,
    deadline   INTEGER NOT NULL,
    seq        INTEGER UNIQUE,     -- place in the common order, once taken into an open block
    block      INTEGER,
    position   INTEGER,
    PRIMARY KEY (chain, request_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (             -- writer: sequencer. Last block of a chain whose events are all recorded.
    chain      INTEGER PRIMARY KEY,
    number     INTEGER NOT NULL,
    block_hash TEXT NOT NULL
) STRICT;

CREATE TABLE facts (               -- writer: sequencer. Key changes that a chain has authorised (final blocks).
    chain INTEGER NOT NULL,
    owner TEXT NOT NULL,           -- domain << 160 | address, decimal
    nonce INTEGER NOT NULL,
    key_x TEXT NOT NULL,
    key_y TEXT NOT NULL,
    PRIMARY KEY (chain, owner, nonce)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocks (              -- writer: sequencer. Sealed blocks; checksum chains every row to the one before.
    number     INTEGER PRIMARY KEY,
    timestamp  INTEGER NOT NULL,
    shape      INTEGER NOT NULL,
    new_root   BLOB NOT NULL CHECK (length(new_root) = 32),
    body       TEXT NOT NULL,      -- sealed block with its operations and their signatures, JSON
    checksum   BLOB NOT NULL CHECK (length(checksum) = 32)
) STRICT;

CREATE TABLE effects (             -- writer: sequencer. What the witness of a block needs.
    block INTEGER PRIMARY KEY,
    body  BLOB NOT NULL
) STRICT;

CREATE TABLE leases (              -- writer: provers. Who proves a block, until when.
    block    INTEGER PRIMARY KEY,
    worker   TEXT NOT NULL,
    until    REAL NOT NULL,
    attempts INTEGER NOT NULL,
    failure  TEXT
) STRICT;

CREATE TABLE proofs (              -- writer: provers. Only proofs that verified; the first one stays.
    block    INTEGER PRIMARY KEY,
    shape    INTEGER NOT NULL,
    key_hash TEXT NOT NULL,
    body     TEXT NOT NULL,
    seconds  REAL NOT NULL
) STRICT;

CREATE TABLE submissions (         -- writer: relayer. The outbox: raw bytes are here before any node sees them.
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    job      TEXT NOT NULL,        -- kind:through, e.g. commit:7
    chain    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    first    INTEGER NOT NULL,
    through  INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN
        ('PLANNED', 'SIGNED', 'SENT', 'MINED', 'FINAL', 'SUPERSEDED', 'REVERTED', 'FAILED')),
    sender   TEXT NOT NULL,
    target   TEXT NOT NULL,
    data     BLOB NOT NULL,
    gas      INTEGER NOT NULL,
    nonce    INTEGER,
    raw      BLOB,                 -- newest signed transaction
    hashes   TEXT NOT NULL,        -- JSON list: every hash signed for this nonce
    max_fee  TEXT,
    tip      TEXT,
    attempts INTEGER NOT NULL,
    sent_at_block INTEGER,
    mined_block   INTEGER,
    mined_hash    TEXT,
    mined_tx      TEXT,
    reason   TEXT,
    CHECK ((state IN ('SIGNED', 'SENT', 'MINED', 'FINAL')) <= (raw IS NOT NULL AND nonce IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX submissions_open ON submissions (chain, job) WHERE state IN ('PLANNED', 'SIGNED', 'SENT', 'MINED');
CREATE UNIQUE INDEX submissions_nonce ON submissions (chain, sender, nonce) WHERE state IN ('SIGNED', 'SENT', 'MINED');
CREATE INDEX submissions_by_job ON submissions (chain, kind, through);

CREATE TABLE progress (            -- writer: relayer. Stage counters each chain showed last; readers use them for receipts.
    chain     INTEGER PRIMARY KEY,
    committed INTEGER NOT NULL,
    proven    INTEGER NOT NULL,
    synced    INTEGER NOT NULL,
    executed  INTEGER NOT NULL,
    at_block  INTEGER NOT NULL
) STRICT;

CREATE TABLE stages (              -- writer: relayer. Which transaction took a block through a stage on a chain.
    chain INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('commit', 'prove', 'sync', 'execute')),
    block INTEGER NOT NULL,
    tx    TEXT NOT NULL,
    PRIMARY KEY (block, chain, stage)
) STRICT, WITHOUT ROWID;
