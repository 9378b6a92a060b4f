#!/bin/sh
# Makes an unpacked Folioscope known to the desktop and the terminal of one user.
set -eu
dir=$1
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
list=$dir/portable/installed

# a name of ours that is somebody else's stays
link() {
    if [ -e "$2" ] && [ ! -L "$2" ]; then
        printf '%s\n' "$2 is there already and stays as it is." >&2
        return
    fi
    mkdir -p -- "$(dirname -- "$2")"
    ln -sfn -- "$1" "$2"
    printf '%s\n' "$2" >>"$list"
}

: >"$list"
ln -sfn portable/uninstall "$dir/uninstall"
link "$dir/folioscope" "$bin/folioscope"
link "$dir/portable/share/man/man1/folioscope.1.gz" "$data/man/man1/folioscope.1.gz"
link "$dir/portable/share/bash-completion/completions/folioscope" \
    "$data/bash-completion/completions/folioscope"
link "$dir/portable/share/fish/vendor_completions.d/folioscope.fish" \
    "$data/fish/vendor_completions.d/folioscope.fish"
for icon in "$dir"/portable/share/icons/hicolor/*/apps/folioscope.*; do
    link "$icon" "$data/icons/hicolor/${icon#"$dir"/portable/share/icons/hicolor/}"
done

# entry and menu name this installation's path, written as Exec wants it
quoted=$(printf '%s' "$dir/folioscope" | sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g')
inserted=$(printf '%s' "\"$quoted\"" | sed -e 's/[&\\|]/\\&/g')
for pair in entry:applications/folioscope.desktop menu:kio/servicemenus/folioscope-search.desktop; do
    made=$dir/portable/share/${pair#*:}
    sed "s|@PROGRAM@|$inserted|" "$dir/portable/${pair%%:*}" >"$made"
    chmod 755 "$made"
    link "$made" "$data/${pair#*:}"
done
if command -v update-desktop-database >/dev/null 2>&1; then
    update-desktop-database -q "$data/applications" || :
fi

printf '%s\n' "Folioscope is installed in $dir." "Remove it with: $dir/uninstall"
case :$PATH: in
*:"$bin":*) ;;
*) printf '%s\n' "The command is $bin/folioscope; that folder is not in your PATH." ;;
esac
