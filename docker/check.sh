#!/usr/bin/env bash
# Checks docker's and Kubernetes' files as far as this machine can: no engine and no cluster needed.
set -euo pipefail
cd "$(dirname "$0")/.."
skipped=()

if command -v kubectl >/dev/null; then
    for folder in k8s/base k8s/overlays/*; do
        rendered=$(kubectl kustomize "$folder")
        deployments=$(grep -c '^kind: Deployment' <<<"$rendered")
        for must in 'runAsNonRoot: true' 'allowPrivilegeEscalation: false' 'readOnlyRootFilesystem: true' 'automountServiceAccountToken: false' 'terminationGracePeriodSeconds:'; do
            [ "$(grep -c "$must" <<<"$rendered")" -ge "$deployments" ] || { echo "$folder: not every Deployment says '$must'." >&2 && exit 1; }
        done
        if grep -q 'image:.*:latest' <<<"$rendered"; then
            echo "$folder: an image has the tag 'latest'." >&2 && exit 1
        fi
        echo "$folder renders: $(grep -c '^kind:' <<<"$rendered") objects."
    done
else
    skipped+=("Kubernetes files, for want of kubectl")
fi

compose=()
if docker compose version >/dev/null 2>&1; then compose=(docker compose); elif command -v docker-compose >/dev/null; then compose=(docker-compose); fi
if [ ${#compose[@]} -gt 0 ]; then
    POSTGRES_PASSWORD=x RABBITMQ_PASSWORD=x "${compose[@]}" -f docker/compose.yaml config -q
    echo "docker/compose.yaml is understood."
else
    skipped+=("docker/compose.yaml, for want of docker compose")
fi
for what in "${skipped[@]}"; do echo "Not checked: $what."; done
