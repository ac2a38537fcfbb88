#!/bin/bash
# kafka-ready.sh PORT: succeeds where a broker answers which versions of its protocol it speaks. Needs nothing but bash.
set -eu
exec 3<> "/dev/tcp/127.0.0.1/$1"
# Length 10, ApiVersions (18) version 0, request 7, no client name.
printf '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x07\xff\xff' >&3
# Length, the request's number, and 0: no error.
answer=$(timeout 4 head -c 10 <&3 | od -An -v -tx1 | tr -d ' \n')
[[ ${answer:8} == 000000070000 ]]
