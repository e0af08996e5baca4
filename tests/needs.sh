#!/usr/bin/env bash
# Makes sure that programs are here: tests/needs.sh postgresql rabbitmq chromium node compiler engine shellcheck
# Installs what is missing where it can (Debian as root); else says, in one sentence, what to install, and ends with 1.
# No service of the system is started, stopped or changed: the tests start private servers of their own.
set -euo pipefail

links() { command -v "$1" >/dev/null && echo 'int main(void) { return 0; }' | "$1" -x c -o /dev/null - 2>/dev/null; }

has() {
    case $1 in
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
    rabbitmq) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null ;;
    chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ;;
    node) command -v node >/dev/null && command -v npm >/dev/null && [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] ;;
    compiler) command -v objcopy >/dev/null && { links clang || links gcc; } ;;
    engine) { command -v busybox && { { command -v podman && command -v catatonit; } || timeout 10 docker ps; }; } >/dev/null 2>&1 ;;
    shellcheck) command -v shellcheck >/dev/null ;;
    *) echo "tests/needs.sh knows postgresql, rabbitmq, chromium, node, compiler, engine and shellcheck, not '$1'." >&2 && exit 2 ;;
    esac
}

package() {
    case $1 in
    rabbitmq) echo rabbitmq-server ;;
    node) echo nodejs npm ;;
    compiler) echo gcc libc6-dev ;;
    engine) echo podman crun catatonit busybox-static ;;
    *) echo "$1" ;;
    esac
}

missing=() packages=()
for need in "$@"; do
    if ! has "$need"; then
        missing+=("$need")
        read -ra names <<<"$(package "$need")"
        packages+=("${names[@]}")
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ ! -f /etc/debian_version ] || [ "$(id -u)" -ne 0 ]; then
    echo "Missing: ${missing[*]}. On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
fi

echo "Installing ${packages[*]} …" >&2
# Debian starts a service as soon as its package is installed, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
log=$(mktemp)
if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}"; } </dev/null >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "Could not install ${packages[*]}: see above, or $log." >&2
    exit 1
fi
rm -f "$log"
for need in "${missing[@]}"; do
    has "$need" || { echo "Installed ${packages[*]}, and still there is no usable $need." >&2 && exit 1; }
done
