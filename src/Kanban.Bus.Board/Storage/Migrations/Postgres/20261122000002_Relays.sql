-- How far the board's events have been relayed to the broker, and which replica does it now.
CREATE TABLE relays (
    name text NOT NULL,
    tx bigint NOT NULL,
    seq bigint NOT NULL,
    holder uuid,
    held_until timestamp with time zone,
    CONSTRAINT pk_relays PRIMARY KEY (name)
);

INSERT INTO relays (name, tx, seq) VALUES ('events', 0, 0);
