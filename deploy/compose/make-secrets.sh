#!/bin/sh
# Makes the secrets of compose.yaml, each in a file of deploy/compose/secrets. What is there stays as it is.
set -eu
cd "$(dirname "$0")"
umask 022
mkdir -p secrets
# The folder is for its owner alone; the files are readable in it, since the processes in the containers are other users.
chmod 700 secrets
cd secrets

put() {
  [ -s "$1" ] || printf %s "$2" > "$1"
}
random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

put api-key "$(random)"
put grafana-password "$(random)"
put postgres-password "$(random)"
put redis-password "$(random)"
put database-url "postgres://wand:$(cat postgres-password)@postgres:5432/wand"
put queue-url "redis://:$(cat redis-password)@redis:6379/0"
put redis-config "requirepass $(cat redis-password)
"
echo "secrets are in $(pwd); the key of the API: $(pwd)/api-key"
