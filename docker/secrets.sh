#!/usr/bin/env bash
# Makes what docker/compose.yaml needs and is not there yet: passwords in docker/.env, keys and a certificate in docker/secrets.
set -euo pipefail
cd "$(dirname "$0")"
command -v openssl >/dev/null || { echo "openssl is not installed." >&2 && exit 1; }

umask 077
mkdir -p secrets
if [ ! -f .env ]; then
    sed -e "s/^POSTGRES_PASSWORD=.*/POSTGRES_PASSWORD=$(openssl rand -hex 16)/" \
        -e "s/^RABBITMQ_PASSWORD=.*/RABBITMQ_PASSWORD=$(openssl rand -hex 16)/" .env.example >.env
fi
for key in admin worker; do
    [ -f "secrets/$key.key" ] || openssl rand -hex 32 >"secrets/$key.key"
done
if [ ! -f secrets/board.crt ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=kanban board" \
        -addext "subjectAltName=DNS:board,DNS:localhost,IP:127.0.0.1" -keyout secrets/board.key -out secrets/board.crt 2>/dev/null
fi
# Compose mounts the files as they are, and the program's user in the container must read them; the folder keeps others out.
chmod 644 secrets/*
chmod 700 secrets
