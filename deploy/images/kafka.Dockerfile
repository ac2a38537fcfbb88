# Kafka for the profile kafka: one broker without ZooKeeper, its jars from Maven.
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BASE_IMAGE} AS debian
ARG DEBIAN_MIRROR=http://deb.debian.org/debian
ARG DEBIAN_SECURITY_MIRROR=http://deb.debian.org/debian-security
COPY deploy/images/apt-install.sh /usr/local/sbin/apt-install
RUN apt-install
# Java's packages put manual pages where slim images have no folder.
RUN mkdir -p /usr/share/man/man1

FROM debian AS build
ARG MAVEN_REPOSITORY=https://repo.maven.apache.org/maven2
RUN apt-install ca-certificates maven
WORKDIR /build
COPY deploy/images/kafka-pom.xml pom.xml
RUN printf '<settings><mirrors><mirror><id>named</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors></settings>\n' \
      "$MAVEN_REPOSITORY" > settings.xml \
 && mvn -q -B -s settings.xml dependency:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime \
 && rm -rf /root/.m2

FROM debian
RUN apt-install openjdk-17-jre-headless tini \
 && useradd --uid 10004 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin kafka \
 && install -d -o kafka -g kafka -m 0700 /var/lib/kafka
COPY --from=build /build/lib /opt/kafka/lib
COPY deploy/images/kafka-log4j.properties /opt/kafka/log4j.properties
COPY deploy/images/kafka.sh /usr/local/bin/kafka
COPY deploy/images/kafka-ready.sh /usr/local/bin/kafka-ready
USER 10004:10004
ENV HOME=/tmp KAFKA_MEMORY=384m
EXPOSE 9092 9094
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=3s --timeout=5s --start-period=120s --retries=3 CMD ["kafka-ready", "9092"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["kafka", "broker"]
