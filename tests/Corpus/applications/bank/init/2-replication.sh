psql -q -c "CREATE ROLE replicator REPLICATION LOGIN PASSWORD '$(cat "$REPLICATION_PASSWORD_FILE")'"
echo 'host replication replicator all scram-sha-256' >>"$PGDATA/pg_hba.conf"
