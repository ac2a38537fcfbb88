// kafkaParam.… of a train, as the user's Kafka is reached by it. Pure. The names are Kafka's own client options.
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { MlsqlError } from '../errors.js';
import { nearestHint } from '../language/nearest.js';

/** Of a train's options those that begin with `kafkaParam.`, without that beginning. */
export function kafkaParamOf(options: Readonly<Record<string, string>>): Record<string, string> {
  const beginning = 'kafkaParam.';
  const params = Object.entries(options).filter(([key]) => key.startsWith(beginning));
  return Object.fromEntries(params.map(([key, value]) => [key.slice(beginning.length), value]));
}

/** How the broker is spoken to; equal ones share their connections. */
export type KafkaAccess = Pick<KafkaConfig, 'ssl' | 'sasl'> & { readonly brokers: string[] };

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const BROKER = /^(?:\[[0-9a-f:.]+\]|[^\s:,/[\]]+):\d{1,5}$/i;
/** A legal name of a topic: https://kafka.apache.org/documentation/#topicconfigs */
const TOPIC_TAIL = /^[a-zA-Z0-9._-]{1,236}$/;
/** Beginning of a topic's name, and a group's, where the train names none. */
export const ROW_NAME_DEFAULT = 'mlsql';
const TOPIC_HEAD = /^[a-zA-Z0-9._-]{1,180}$/;

/**
 * @param params - `kafkaParam.…` without the beginning: `bootstrap.servers`, `security.protocol`, `sasl.mechanism`,
 *   `sasl.username` and `sasl.password` or `sasl.jaas.config`, `ssl.ca.pem` (certificates as text)
 * @returns undefined where no broker is named
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE that names the option
 */
export function kafkaAccess(params: Readonly<Record<string, string>>): KafkaAccess | undefined {
  const servers = params['bootstrap.servers']?.trim();
  if (!servers) return undefined;
  const brokers = servers.split(',').map((broker) => broker.trim());
  const wrong = brokers.find((broker) => !BROKER.test(broker));
  if (wrong !== undefined)
    throw invalid(
      'bootstrap.servers',
      `"${wrong}" is no host:port`,
      'write host:port, several separated by commas',
    );
  const protocol = oneOf(params, 'security.protocol', PROTOCOLS, 'PLAINTEXT');
  const ca = params['ssl.ca.pem'];
  return {
    brokers,
    ...(protocol.endsWith('SSL') && { ssl: ca === undefined ? true : { ca: [ca] } }),
    ...(protocol.startsWith('SASL') && { sasl: saslOf(params) }),
  };
}

/**
 * The topic that a user's log lines go to; undefined where they go to none.
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE for a name that no topic can have
 */
export function logTopic(params: Readonly<Record<string, string>>): string | undefined {
  const user = params.userName;
  if (!user) return undefined;
  if (!TOPIC_TAIL.test(user))
    throw invalid(
      'userName',
      `"${user}" cannot be part of a topic's name`,
      'use letters, digits, ".", "_" and "-", at most 236',
    );
  return `training_msg_${user}`;
}

/**
 * Beginning of the names of topics that rows go through.
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE for a name that no topic can have
 */
export function rowTopicPrefix(params: Readonly<Record<string, string>>): string {
  const topic = params.topic || ROW_NAME_DEFAULT;
  if (!TOPIC_HEAD.test(topic))
    throw invalid(
      'topic',
      `"${topic}" cannot begin a topic's name`,
      'use letters, digits, ".", "_" and "-", at most 180',
    );
  return topic;
}

/** A train's options as they may be shown and kept with its models: without what opens the user's Kafka. */
export function withoutKafkaSecrets(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      /^kafkaParam\..*(password|jaas)/i.test(key) ? '***' : value,
    ]),
  );
}

function saslOf(params: Readonly<Record<string, string>>): SASLOptions {
  const mechanism = oneOf(params, 'sasl.mechanism', MECHANISMS, 'PLAIN');
  const jaas = params['sasl.jaas.config'] ?? '';
  const username = params['sasl.username'] ?? /username="([^"]*)"/.exec(jaas)?.[1];
  const password = params['sasl.password'] ?? /password="([^"]*)"/.exec(jaas)?.[1];
  if (!username || password === undefined)
    throw invalid(
      'sasl.username',
      'is missing, or its sasl.password',
      'give kafkaParam.sasl.username and kafkaParam.sasl.password, or kafkaParam.sasl.jaas.config',
    );
  return { mechanism: mechanism.toLowerCase(), username, password } as SASLOptions;
}

function oneOf(
  params: Readonly<Record<string, string>>,
  name: string,
  known: readonly string[],
  otherwise: string,
): string {
  const value = (params[name] || otherwise).toUpperCase();
  if (known.includes(value)) return value;
  throw invalid(
    name,
    `"${params[name]}" is not known`,
    nearestHint(value, known, `known are ${known.join(', ')}`),
  );
}

function invalid(option: string, what: string, hint: string): MlsqlError {
  return new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `kafkaParam.${option} ${what}`, { hint });
}
