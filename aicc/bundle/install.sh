#!/bin/sh
# Installs, upgrades and removes the product from the bundle that this file lies in. It needs Python and no network.
set -eu

usage() {
    cat <<'END'
usage: sh install.sh [--prefix DIR] [--python PROGRAM] [--without-self-test]
       sh install.sh --verify
       sh install.sh --uninstall [--prefix DIR]

  --prefix DIR          where the product goes; /opt/aicc where left out
  --python PROGRAM      the Python to use; else python3.N of the bundle's version, or python3
  --without-self-test   do not let a recorded caller call before the version is used
  --verify              only compare the bundle's files with their sums
  --uninstall           remove the program; settings, data, models and knowledge stay

Run it again with a newer bundle to upgrade: the old version stays in DIR/versions until you remove it.
END
}

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

main() {
    prefix=/opt/aicc python='' action=install self_test=yes
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix | --python)
                [ $# -ge 2 ] || fail "$1 wants a value: see --help"
                if [ "$1" = --prefix ]; then prefix=$2; else python=$2; fi
                shift
                ;;
            --without-self-test) self_test=no ;;
            --verify) action=verify ;;
            --uninstall) action=uninstall ;;
            -h | --help) usage && exit 0 ;;
            *) fail "unknown option $1: see --help" ;;
        esac
        shift
    done
    case $prefix in
        *[!A-Za-z0-9._/+-]*) fail "\"$prefix\" cannot be a prefix: letters, digits and . _ - + / only" ;;
        /*) ;;
        *) prefix=$(pwd)/$prefix ;;
    esac
    case $action in
        uninstall) uninstall ;;
        verify) enter_bundle && verify && echo "the bundle is as it was packed" ;;
        install) enter_bundle && verify && install ;;
    esac
}

enter_bundle() {
    cd "$(dirname "$0")"
    bundle=$(pwd)
}

# ---- what is checked before anything is written

verify() {
    [ -f SHA256SUMS ] || fail "SHA256SUMS is missing here: unpack the whole archive again"
    command -v sha256sum >/dev/null || fail "there is no sha256sum on this machine: install coreutils"
    compared=$(LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null) && return 0
    wrong=$(echo "$compared" | sed -n 's/: FAILED.*//p')
    [ -n "$wrong" ] || fail "SHA256SUMS cannot be read: unpack the whole archive again"
    altered=$(echo "$wrong" | while read -r file; do if [ -e "$file" ]; then echo "$file"; fi; done)
    [ -z "$altered" ] || fail "not as packed, SHA-256 differs: $(some "$altered"): copy the bundle again"
    fail "missing: $(some "$wrong"): the archive was not copied or unpacked whole, do it again"
}

# The first of some lines, and how many more there are.
some() {
    more=$(($(echo "$1" | wc -l) - 1))
    echo "$1" | head -n 1 | tr -d '\n'
    if [ "$more" -gt 0 ]; then printf ' and %s more' "$more"; fi
}

choose_python() {
    why=''
    for candidate in ${python:-python$PYTHON python3}; do
        program=$(command -v "$candidate") || continue
        if why=$("$program" - "$PYTHON" "$PLATFORM" "$GLIBC" 2>&1 <<'END'
import platform, sys, sysconfig

version, system, glibc = sys.argv[1:]
found = "%d.%d" % sys.version_info[:2]
here = sysconfig.get_platform().replace("-", "_").replace(".", "_")
library, number = platform.libc_ver()


def numbers(text):
    return [int(part) for part in text.split(".")[:2]]


if found != version or sys.implementation.name != "cpython":
    sys.exit("%s is %s %s, not CPython %s" % (sys.executable, sys.implementation.name, found, version))
if here != system:
    sys.exit("this machine is %s, not %s" % (here, system))
if numbers(glibc) > [0, 0] and (library != "glibc" or numbers(number) < numbers(glibc)):
    sys.exit("this system has %s, not glibc %s or newer" % (" ".join((library, number)).strip() or "no glibc", glibc))
try:
    import ctypes, sqlite3, ssl, venv
except ImportError as missing:
    sys.exit("%s lacks a part of its library (%s)" % (sys.executable, missing))
END
        ); then
            return 0
        fi
    done
    why=$(printf '%s' "${why:-"there is no ${python:-python$PYTHON}"}" | tr '\n' ' ')
    fail "this bundle is for Python $PYTHON on $PLATFORM: $why: install that Python, or build a bundle for this machine"
}

check_room() {
    mkdir -p "$prefix/versions" 2>/dev/null && [ -w "$prefix/versions" ] ||
        fail "cannot write to $prefix: run as root, or choose another --prefix"
    free_kb=$(df -Pk "$prefix" | awk 'NR == 2 { print $4 }')
    [ "$free_kb" -ge "$NEEDED_KB" ] ||
        fail "not enough room in $prefix: $((NEEDED_KB / 1024)) MB are needed, $((free_kb / 1024)) MB are free"
}

# ---- installing

install() {
    . ./bundle.conf
    choose_python
    check_room
    target=$prefix/versions/$VERSION
    aside=$prefix/versions/.$VERSION.before
    previous=$(readlink "$prefix/current" 2>/dev/null || true)
    # an installation that was killed has left the former one aside
    if [ -e "$aside" ]; then rm -rf "$target" && mv "$aside" "$target"; fi
    if [ -e "$target" ]; then mv "$target" "$aside"; fi
    trap undo EXIT
    trap 'exit 1' HUP INT TERM

    echo "aicc $VERSION goes to $target ..."
    # without pip: not every system's Python has one to give, the bundle has
    "$program" -m venv --without-pip "$target"
    # isolated: what the environment or a pip.conf say of indexes is not for this
    "$target/bin/python" -I "$(echo wheels/pip-*.whl)/pip" --isolated install --quiet --no-index --no-cache-dir \
        --find-links wheels --require-hashes --requirement requirements.txt --disable-pip-version-check
    mkdir -p "$target/share/aicc" "$prefix/data" "$prefix/models" "$prefix/knowledge"
    cp -R docs scenarios LICENCES.md LICENSE README.md README.ko.md aicc.yaml SHA256SUMS install.sh "$target/share/aicc/"
    chmod 700 "$prefix/data"
    [ -e "$prefix/aicc.yaml" ] || cp aicc.yaml "$prefix/aicc.yaml"
    if [ -d models ]; then aicc models import "$bundle/models"; fi
    if [ "$self_test" = yes ]; then
        echo "it is tried out ..."
        aicc doctor --self-test || fail "the self-test failed, see above"
    fi

    keep_database
    ln -sfn "versions/$VERSION" "$prefix/current"
    write_unit
    trap - EXIT
    rm -rf "$aside"
    tell_next
}

aicc() {
    (cd "$prefix" && exec "$target/bin/aicc" --config "$prefix/aicc.yaml" "$@")
}

# What was there before is there again. Settings and models that were brought stay.
undo() {
    rm -rf "$target"
    if [ -e "$aside" ]; then mv "$aside" "$target"; fi
    echo "install.sh: aicc $VERSION is not installed${previous:+, ${previous#versions/} stays in use}" >&2
}

# A new version may change the tables, and an old one does not read them then.
keep_database() {
    database=$prefix/data/aicc.db
    if [ -z "$previous" ] || [ "$previous" = "versions/$VERSION" ] || [ ! -f "$database" ]; then return 0; fi
    "$target/bin/python" - "$database" "$database.before-$VERSION" <<'END'
import os, sqlite3, sys

here, there = sys.argv[1:]
with sqlite3.connect(there) as copy:
    os.chmod(there, 0o600)
    sqlite3.connect(here).backup(copy)
END
    echo "the database was copied to $database.before-$VERSION"
}

write_unit() {
    cat >"$prefix/aicc.service" <<END
# An example: cp $prefix/aicc.service /etc/systemd/system/
[Unit]
Description=aicc, a Korean AI contact centre
After=network-online.target
Wants=network-online.target

[Service]
User=aicc
WorkingDirectory=$prefix
# secrets: AICC_API_KEY=, AICC_STORE=; chmod 600
EnvironmentFile=-$prefix/aicc.env
ExecStart=$prefix/current/bin/aicc --config $prefix/aicc.yaml serve
Restart=on-failure
# the first process lets running calls finish, as long as drain_seconds says
KillMode=mixed
TimeoutStopSec=660
LimitNOFILE=65536
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=read-only
ProtectSystem=strict
ReadWritePaths=$prefix/data $prefix/knowledge $prefix/models

[Install]
WantedBy=multi-user.target
END
}

tell_next() {
    cat <<END
aicc $VERSION is installed in $prefix${previous:+, before it was ${previous#versions/}}
  settings      $prefix/aicc.yaml
  start it      $prefix/current/bin/aicc --config $prefix/aicc.yaml serve
  as a service  useradd --system --home-dir $prefix --shell /usr/sbin/nologin aicc
                chown -R aicc: $prefix/data $prefix/knowledge $prefix/models
                cp $prefix/aicc.service /etc/systemd/system/
                systemctl daemon-reload && systemctl enable aicc && systemctl restart aicc
  read on       $prefix/current/share/aicc/docs/closed-networks.md
END
}

# ---- removing

uninstall() {
    [ -d "$prefix/versions" ] || fail "nothing is installed in $prefix: name its --prefix"
    rm -rf "$prefix/versions" "$prefix/current" "$prefix/aicc.service"
    echo "aicc is removed; settings, data, models and knowledge stay in $prefix: delete them yourself"
}

main "$@"
exit
