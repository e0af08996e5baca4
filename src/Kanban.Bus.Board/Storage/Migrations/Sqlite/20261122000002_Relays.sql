-- How far the board's events have been relayed to the broker, and which replica does it now.
CREATE TABLE "relays" (
    "name" TEXT NOT NULL CONSTRAINT "pk_relays" PRIMARY KEY,
    "tx" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "holder" TEXT NULL,
    "held_until" INTEGER NULL
);

INSERT INTO relays (name, tx, seq) VALUES ('events', 0, 0);
