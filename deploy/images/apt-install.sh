#!/bin/sh
# apt-install [PACKAGE …]: notes the mirrors that the build names, for all that follows; installs the packages, and leaves
# none of apt's own files behind.
#   DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR   addresses; empty: what the base image has
set -eu
export DEBIAN_FRONTEND=noninteractive
. /etc/os-release
if [ -n "${DEBIAN_MIRROR:-}" ]; then
  signed=/usr/share/keyrings/debian-archive-keyring.gpg
  rm -f /etc/apt/sources.list
  {
    printf 'Types: deb\nURIs: %s\nSuites: %s %s-updates\nComponents: main\nSigned-By: %s\n' \
      "$DEBIAN_MIRROR" "$VERSION_CODENAME" "$VERSION_CODENAME" "$signed"
    [ -z "${DEBIAN_SECURITY_MIRROR:-}" ] ||
      printf '\nTypes: deb\nURIs: %s\nSuites: %s-security\nComponents: main\nSigned-By: %s\n' \
        "$DEBIAN_SECURITY_MIRROR" "$VERSION_CODENAME" "$signed"
  } > /etc/apt/sources.list.d/debian.sources
fi
[ $# -gt 0 ] || exit 0
apt-get -qq update
apt-get -qq install --yes --no-install-recommends "$@" > /dev/null
apt-get -qq clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
  /var/log/alternatives.log
