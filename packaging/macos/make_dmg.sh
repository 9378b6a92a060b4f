#!/usr/bin/env bash
# Sign an app, pack it into a disk image, and have both notarised by Apple.
#
#   make_dmg.sh APP DMG ENTITLEMENTS
#
# FOLIOSCOPE_MACOS_IDENTITY        "Developer ID Application: …"; without it the app is signed for
#                                  nobody (ad hoc), and users have to allow it in System Settings
# FOLIOSCOPE_MACOS_NOTARY_PROFILE  what `xcrun notarytool store-credentials` was told to call it;
#                                  without it nothing is sent to Apple
set -euo pipefail

app=$1
dmg=$2
entitlements=$3
identity=${FOLIOSCOPE_MACOS_IDENTITY:-}
profile=${FOLIOSCOPE_MACOS_NOTARY_PROFILE:-}

if [[ -n $profile && -z $identity ]]; then
  echo "Apple notarises only what is signed: set FOLIOSCOPE_MACOS_IDENTITY, too." >&2
  exit 3
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sign() {
  if [[ -n $identity ]]; then
    codesign --force --timestamp --options runtime --entitlements "$entitlements" \
      --sign "$identity" "$1"
  else
    # the hardened runtime would refuse libraries that nobody signed
    codesign --force --sign - "$1"
  fi
}

# from the inside out, as a signature covers what is below it; libraries first, frameworks, the app
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) -print0 |
  while IFS= read -r -d '' file; do
    if file --brief "$file" | grep -q 'Mach-O'; then
      sign "$file"
    fi
  done
find "$app/Contents" -depth -type d -name '*.framework' -print0 |
  while IFS= read -r -d '' framework; do
    sign "$framework"
  done
sign "$app"
codesign --verify --deep --strict "$app"

# notarytool takes archives and images, the ticket is for what is in them
notarise() {
  xcrun notarytool submit "$1" --keychain-profile "$profile" --wait
}

if [[ -n $profile ]]; then
  ditto -c -k --keepParent "$app" "$scratch/app.zip"
  notarise "$scratch/app.zip"
  xcrun stapler staple "$app"
fi

mkdir "$scratch/image"
cp -R "$app" "$scratch/image/"
ln -s /Applications "$scratch/image/Applications"
rm -f "$dmg"
hdiutil create -quiet -volname Folioscope -srcfolder "$scratch/image" -fs HFS+ -format ULMO "$dmg"

if [[ -n $identity ]]; then
  codesign --force --timestamp --sign "$identity" "$dmg"
fi
if [[ -n $profile ]]; then
  notarise "$dmg"
  xcrun stapler staple "$dmg"
  spctl --assess --type open --context context:primary-signature "$dmg"
fi
