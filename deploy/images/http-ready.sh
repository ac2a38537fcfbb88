#!/bin/bash
# http-ready.sh PORT PATH: succeeds where this container's server answers 200. Needs nothing but bash.
#   HTTP_READY_CA   the server speaks TLS, and this is the authority that certifies it; needs openssl, too
set -eu
request="GET $2 HTTP/1.0"$'\r\nHost: localhost\r\n\r\n'
if [[ -n ${HTTP_READY_CA:-} ]]; then
  answer=$(printf %s "$request" | timeout 4 openssl s_client -quiet -verify_quiet -verify_return_error \
    -verify_hostname localhost -CAfile "$HTTP_READY_CA" -connect "127.0.0.1:$1" 2> /dev/null)
  line=${answer%%$'\n'*}
else
  exec 3<> "/dev/tcp/127.0.0.1/$1"
  printf %s "$request" >&3
  read -r -t 4 line <&3
fi
[[ $line == HTTP/1.?\ 200* ]]
