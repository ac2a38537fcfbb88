#!/bin/bash
# http-ready.sh PORT PATH: succeeds where this container's server answers 200. Needs nothing but bash.
set -eu
exec 3<> "/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
read -r -t 5 line <&3
[[ $line == HTTP/1.?\ 200* ]]
