# Prometheus for the profile prometheus, from Debian's package.
ARG BASE_IMAGE=debian:bookworm-slim
FROM ${BASE_IMAGE}
ARG DEBIAN_MIRROR=http://deb.debian.org/debian
ARG DEBIAN_SECURITY_MIRROR=http://deb.debian.org/debian-security
COPY deploy/images/apt-install.sh /usr/local/sbin/apt-install
# Half of what the package brings are time zones in a form that the web page does not use.
RUN apt-install prometheus tini \
 && rm -r /usr/share/javascript/moment-timezone/data /usr/bin/promtool \
 && useradd --uid 10005 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin mlsql \
 && install -d -o mlsql -g mlsql -m 0700 /var/lib/mlsql-prometheus
COPY deploy/images/http-ready.sh /usr/local/bin/http-ready
COPY deploy/images/prometheus.yml /etc/prometheus/mlsql.yml
COPY deploy/images/prometheus-tls.yml /etc/prometheus/mlsql-tls.yml
USER 10005:10005
ENV HOME=/tmp
EXPOSE 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=3s --timeout=5s --start-period=60s --retries=3 CMD ["http-ready", "9090", "/-/ready"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["prometheus", "--config.file=/etc/prometheus/mlsql.yml", "--storage.tsdb.path=/var/lib/mlsql-prometheus", \
     "--storage.tsdb.retention.time=15d"]
