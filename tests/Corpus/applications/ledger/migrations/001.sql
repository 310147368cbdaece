CREATE TABLE IF NOT EXISTS entries (id serial PRIMARY KEY, cents bigint NOT NULL);
