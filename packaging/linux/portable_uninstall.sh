#!/bin/sh
# Removes Folioscope for one user. Libraries, models and preferences stay.
set -eu
dir=$(cd -- "$(dirname -- "$0")" && pwd -P)
[ -e "$dir/portable/installed" ] || dir=$(dirname -- "$dir")
if [ ! -e "$dir/portable/installed" ] || [ ! -x "$dir/folioscope" ]; then
    printf '%s\n' "This is no installation of Folioscope: $dir" >&2
    exit 3
fi
data=${XDG_DATA_HOME:-$HOME/.local/share}
while IFS= read -r path; do
    # what was ours and is somebody else's by now stays
    case $(readlink -- "$path" || :) in
    "$dir"/*) rm -f -- "$path" ;;
    esac
    rmdir -p --ignore-fail-on-non-empty -- "$(dirname -- "$path")" 2>/dev/null || :
done <"$dir/portable/installed"
applications=$data/applications
if [ -z "$(find "$applications" -name '*.desktop' 2>/dev/null | head -n 1)" ]; then
    rm -f -- "$applications/mimeinfo.cache" # the list of what is no longer there
    rmdir -p --ignore-fail-on-non-empty -- "$applications" 2>/dev/null || :
elif command -v update-desktop-database >/dev/null 2>&1; then
    update-desktop-database -q "$applications" || :
fi
cd /
rm -rf -- "$dir"
printf '%s\n' "Folioscope is removed. Your libraries and models stay in $data/folioscope."
