#!/bin/sh
# Folioscope @VERSION@ for Linux on x86-64, in one file. What follows this script is packed.
set -eu
version=@VERSION@
checksum=@CHECKSUM@
head_lines=@LINES@
needed_kib=@KIB@

usage() {
    cat <<END
Folioscope $version in one file.

  $0 [ARGUMENT]...        run it; arguments are Folioscope's own (--help tells those)
  $0 --install [DIR]      install it for you alone (default: $default_dir)
  $0 --uninstall [DIR]    remove it again, and what was unpacked; your libraries stay
  $0 --extract DIR        unpack it into a new folder, and nothing else
  $0 --check              see whether this file is whole

Run without installing, it unpacks itself once, into $cache.
END
}

fail() {
    printf '%s\n' "$1" >&2
    exit 3
}

payload() { tail -n "+$head_lines" -- "$self"; }

check() {
    command -v sha256sum >/dev/null 2>&1 || return 0
    told=$(payload | sha256sum)
    [ "${told%% *}" = "$checksum" ] || fail "$self is not whole. Fetch it again."
}

# unpack into a folder beside, and move it into place when all of it is there
unpack() {
    target=$1
    command -v xz >/dev/null 2>&1 || fail "xz is missing. Install the package xz-utils (or xz)."
    parent=$(dirname -- "$target")
    mkdir -p -- "$parent" || fail "$parent cannot be made."
    free=$(df -Pk -- "$parent" | awk 'NR == 2 { print $4 }')
    [ "$free" -gt "$needed_kib" ] ||
        fail "Folioscope needs $((needed_kib / 1024)) MB in $parent, and $((free / 1024)) MB are free."
    check
    made=$(mktemp -d -- "$parent/.folioscope-XXXXXX") || fail "$parent cannot be written to."
    trap 'rm -rf -- "$made"' EXIT
    trap 'exit 130' INT TERM HUP
    payload | xz -dc | tar -x -C "$made" -f - || fail "Folioscope could not be unpacked into $parent."
    chmod 755 -- "$made"
    if [ -e "$target" ]; then
        mv -- "$target" "$made.old"
        mv -- "$made" "$target"
        rm -rf -- "$made.old"
    else
        mv -- "$made" "$target"
    fi
    trap - EXIT INT TERM HUP
}

absolute() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s/%s\n' "$(pwd)" "$1" ;;
    esac
}

case $0 in
*/*) self=$0 ;;
*) self=$(command -v -- "$0") ;;
esac
: "${HOME:=/}"
default_dir=$HOME/.local/lib/folioscope
cache=${XDG_CACHE_HOME:-$HOME/.cache}/folioscope-$version-$(printf '%.12s' "$checksum")

case ${1-} in
--install)
    [ $# -le 2 ] || fail "Name one folder: $0 --install DIR"
    dir=$(absolute "${2:-$default_dir}")
    if [ -e "$dir" ] && [ ! -e "$dir/portable/install" ]; then
        rmdir -- "$dir" 2>/dev/null ||
            fail "$dir is there already and is not Folioscope's. Name another folder."
    fi
    unpack "$dir"
    exec "$dir/portable/install" "$dir"
    ;;
--uninstall)
    dir=$(absolute "${2:-$default_dir}")
    was_unpacked=no
    for unpacked in "${cache%/*}"/folioscope-*; do
        # only what is ours: a folder of another program may have a name like this
        [ -x "$unpacked/portable/install" ] || continue
        rm -rf -- "$unpacked"
        was_unpacked=yes
    done
    if [ -x "$dir/uninstall" ]; then
        exec "$dir/uninstall"
    fi
    [ "$was_unpacked" = yes ] || fail "Folioscope is not installed in $dir."
    printf '%s\n' "What was unpacked to run Folioscope is removed. Your libraries stay."
    ;;
--extract)
    [ $# -eq 2 ] || fail "Name a new folder: $0 --extract DIR"
    dir=$(absolute "$2")
    [ ! -e "$dir" ] || fail "$dir is there already. Name a new folder."
    unpack "$dir"
    ;;
--check)
    check
    printf '%s\n' "$self is whole."
    ;;
--about)
    usage
    ;;
*)
    [ -x "$cache/folioscope" ] || unpack "$cache"
    exec "$cache/folioscope" "$@"
    ;;
esac
exit 0
