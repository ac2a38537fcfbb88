#!/bin/sh
# kafka broker              one broker of its own: 9092 for the network of the stack, 9094 for the host, with a password
# kafka CLASS [ARGUMENT …]  one of Kafka's own tools, by its class (org.apache.kafka.tools.TopicCommand)
#   KAFKA_PASSWORD_FILE   the password of the user "mlsql" on 9094
#   KAFKA_HOST_ADDRESS    how the host reaches 9094
#   KAFKA_MEMORY          Java's heap
set -eu
java_tool() {
  heap=$1
  shift
  exec java -Xmx"$heap" -XX:+UseSerialGC -Dlog4j.configuration=file:/opt/kafka/log4j.properties -cp '/opt/kafka/lib/*' "$@"
}
if [ "${1:-}" != broker ]; then
  java_tool 128m "$@"
fi
data=/var/lib/kafka/data
umask 077
mkdir -p "$data"
cat > /tmp/server.properties <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=INSIDE://:9092,HOST://:9094,CONTROLLER://127.0.0.1:9093
advertised.listeners=INSIDE://kafka:9092,HOST://${KAFKA_HOST_ADDRESS:-localhost:9094}
listener.security.protocol.map=INSIDE:PLAINTEXT,HOST:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INSIDE
sasl.enabled.mechanisms=PLAIN
listener.name.host.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_mlsql="$(cat "${KAFKA_PASSWORD_FILE:?}")";
log.dirs=$data
auto.create.topics.enable=true
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
num.partitions=1
PROPERTIES
if [ ! -e "$data/meta.properties" ]; then
  id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
  (java_tool 128m kafka.tools.StorageTool format --config /tmp/server.properties --cluster-id "$id")
fi
java_tool "$KAFKA_MEMORY" kafka.Kafka /tmp/server.properties
