CREATE TABLE accounts (owner text PRIMARY KEY, cents bigint NOT NULL CHECK (cents >= 0));
INSERT INTO accounts VALUES ('alice', 10000), ('bob', 500);
