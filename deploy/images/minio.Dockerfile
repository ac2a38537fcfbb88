# MinIO for the profile minio, built from its source: the Go module proxy has both the compiler and the server.
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BASE_IMAGE} AS debian
ARG DEBIAN_MIRROR=http://deb.debian.org/debian
ARG DEBIAN_SECURITY_MIRROR=http://deb.debian.org/debian-security
COPY deploy/images/apt-install.sh /usr/local/sbin/apt-install
RUN apt-install

FROM debian AS build
ARG GOPROXY=https://proxy.golang.org,direct
# The compiler, as a module. New version: new sums, of the files golang.org/toolchain/@v/v0.0.1-go<version>.linux-*.zip.
ARG GO_VERSION=1.26.8
ARG GO_SHA256_AMD64=30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7
ARG GO_SHA256_ARM64=02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99
RUN apt-install ca-certificates curl unzip
RUN case "$(dpkg --print-architecture)" in \
      amd64) sum=$GO_SHA256_AMD64 ;; \
      arm64) sum=$GO_SHA256_ARM64 ;; \
      *) echo "no compiler is named for $(dpkg --print-architecture)" >&2; exit 1 ;; \
    esac \
 && module="golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-$(dpkg --print-architecture)" \
 && proxy=${GOPROXY%%[,|]*} \
 && curl -fsSL --retry 5 -o /tmp/go.zip "${proxy%/}/golang.org/toolchain/@v/${module#*@}.zip" \
 && echo "$sum  /tmp/go.zip" | sha256sum --check --quiet \
 && unzip -q /tmp/go.zip -d /tmp && rm /tmp/go.zip \
 && mv "/tmp/$module" /opt/go \
 && chmod +x /opt/go/bin/* /opt/go/pkg/tool/*/*
# The version that the project's tests use (test/servers/go-program.ts).
ARG MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
ENV GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=0
WORKDIR /build
# A module of its own, rather than go install: that asks for a list of all versions, which not every proxy has.
RUN printf 'module minio\n\ngo 1.24\n\nrequire github.com/minio/minio %s\n' "$MINIO_VERSION" > go.mod \
 && GOPROXY=$GOPROXY /opt/go/bin/go build -trimpath -ldflags '-s -w' -o minio github.com/minio/minio \
 && rm -rf /root/go /root/.cache

FROM debian
RUN apt-install tini \
 && useradd --uid 10003 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin minio \
 && install -d -o minio -g minio -m 0700 /var/lib/minio
COPY --from=build /build/minio /usr/local/bin/minio
COPY deploy/images/http-ready.sh /usr/local/bin/http-ready
COPY deploy/images/minio.sh /usr/local/bin/minio-server
USER 10003:10003
ENV HOME=/tmp
EXPOSE 9000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=3s --timeout=5s --start-period=60s --retries=3 CMD ["http-ready", "9000", "/minio/health/ready"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["minio-server"]
