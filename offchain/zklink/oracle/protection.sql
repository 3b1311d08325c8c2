CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL CHECK (length(key) = 20),
    network BLOB CHECK (network IS NULL OR length(network) = 32),
    created_from TEXT NOT NULL CHECK (created_from IN ('init', 'bootstrap', 'import')),
    host TEXT NOT NULL,
    must_listen TEXT
) STRICT;

CREATE TABLE signed (
    kind TEXT NOT NULL CHECK (kind IN ('attest', 'abort', 'rotate')),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    block INTEGER NOT NULL CHECK (block >= 0),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    content BLOB NOT NULL CHECK (length(content) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    at REAL NOT NULL,
    PRIMARY KEY (kind, generation, block, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE watermark (
    generation INTEGER PRIMARY KEY CHECK (generation >= 0),
    max_attest INTEGER NOT NULL CHECK (max_attest >= 0),
    abort_keep INTEGER CHECK (abort_keep IS NULL OR abort_keep >= 0)
) STRICT, WITHOUT ROWID;

-- numbers an earlier life of the key may have signed without leaving a record here
CREATE TABLE closed (
    generation INTEGER PRIMARY KEY CHECK (generation >= 0),
    through INTEGER NOT NULL CHECK (through >= 0)
) STRICT, WITHOUT ROWID;
