# Shared by the scripts in this folder; sourced, not run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The SDK and the tests must not ask, phone home or leave servers behind that keep a build machine busy.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }

die() { say "error: $*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else die "'$*' needs root"; fi
}

# need_packages PACKAGE... installs those Debian packages that are not there yet.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "these packages are missing, and there is no apt-get to install them: ${missing[*]}"
    say "installing ${missing[*]}"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
        as_root apt-get update -qq >&2
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
    fi
}

# without_services COMMAND... keeps Debian from starting the services of packages that COMMAND installs.
without_services() {
    local policy=/usr/sbin/policy-rc.d code=0
    if [ -e "$policy" ]; then "$@"; return; fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    "$@" || code=$?
    as_root rm -f "$policy"
    return $code
}

# Puts a .NET 10 SDK on the PATH, wherever the machine has it.
need_dotnet() {
    local folder
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /opt/dotnet; do
        if ! command -v dotnet >/dev/null && [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then PATH=$PATH:$folder; fi
    done
    command -v dotnet >/dev/null || die "the .NET 10 SDK is not installed (https://dotnet.microsoft.com/download)"
    (cd "$repository" && dotnet --list-sdks | grep -q '^10\.') || die "the .NET 10 SDK is needed; there is only: $(dotnet --list-sdks | tr '\n' ' ')"
}

# Lets all builds of a script, and of the scripts that it runs, share one compiler, which starts anew for each project otherwise; it ends with the script.
share_compiler() {
    if [ -n "${SharedCompilationId:-}" ]; then return; fi
    export UseSharedCompilation=true SharedCompilationId=quai-$$
    trap 'pkill -f -- "-pipename:$SharedCompilationId\$" || true' EXIT
}

runtime_identifier() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) die "Quai is not built for $(uname -m)" ;;
    esac
}
