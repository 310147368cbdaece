#!/bin/sh
set -eu
data=/var/lib/postgresql/standby
if [ ! -s "$data/PG_VERSION" ]; then
    rm -rf "$data"
    PGPASSWORD=$(cat /run/secrets/replication) pg_basebackup -h upstream -U replicator -D "$data" -R -X stream -c fast
fi
exec "$@"
