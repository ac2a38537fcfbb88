#!/bin/sh
# fetch-npm.sh NAME VERSION SHA512 FOLDER: unpacks a package of the npm registry, without npm, if it is what it should be.
#   NPM_REGISTRY   its address
#   SHA512         as the registry writes it in dist.integrity, without "sha512-"
set -eu
name=$1 version=$2 expected=$3 folder=$4
url="${NPM_REGISTRY%/}/$name/-/$name-$version.tgz"
curl -fsSL --retry 5 -o /tmp/package.tgz "$url"
found=$(openssl dgst -sha512 -binary /tmp/package.tgz | base64 -w0)
if [ "$found" != "$expected" ]; then
  echo "$url is not what it should be: its SHA-512 is $found, not $expected" >&2
  exit 1
fi
mkdir -p "$folder"
tar -xzf /tmp/package.tgz -C "$folder" --strip-components=1 --no-same-owner
rm /tmp/package.tgz
