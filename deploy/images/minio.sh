#!/bin/sh
# Starts MinIO on one folder. Its buckets are that folder's own folders, so the first one is there before it listens.
#   MINIO_ROOT_USER_FILE, MINIO_ROOT_PASSWORD_FILE   who may do everything
#   MINIO_BUCKET                                      a bucket to make
set -eu
mkdir -p "/var/lib/minio/${MINIO_BUCKET:?}"
exec minio server --quiet --address :9000 /var/lib/minio
