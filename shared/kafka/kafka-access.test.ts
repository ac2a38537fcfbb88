import { expect, test } from 'vitest';
import { kafkaAccess, logTopic } from './kafka-access.js';

const refused = (params: Record<string, string>): unknown => {
  try {
    logTopic(params);
    return kafkaAccess(params);
  } catch (error) {
    return error;
  }
};

test('no broker, no user: nothing is sent', () => {
  expect(kafkaAccess({ topic: 't' })).toBeUndefined();
  expect(kafkaAccess({ 'bootstrap.servers': ' ' })).toBeUndefined();
  expect(logTopic({})).toBeUndefined();
  expect(logTopic({ userName: 'ada.l-1' })).toBe('training_msg_ada.l-1');
});

test('brokers, TLS and who sends come from the options that Kafka itself has', () => {
  expect(kafkaAccess({ 'bootstrap.servers': 'a:9092, [::1]:9093' })).toEqual({
    brokers: ['a:9092', '[::1]:9093'],
  });
  const jaas =
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="ada" password="p=1;";';
  expect(
    kafkaAccess({
      'bootstrap.servers': 'a:1',
      'security.protocol': 'sasl_ssl',
      'sasl.mechanism': 'scram-sha-256',
      'sasl.jaas.config': jaas,
      'ssl.ca.pem': 'PEM',
    }),
  ).toEqual({
    brokers: ['a:1'],
    ssl: { ca: ['PEM'] },
    sasl: { mechanism: 'scram-sha-256', username: 'ada', password: 'p=1;' },
  });
  expect(kafkaAccess({ 'bootstrap.servers': 'a:1', 'security.protocol': 'SSL' })).toMatchObject({
    ssl: true,
  });
});

test.each([
  [{ 'bootstrap.servers': 'a' }, 'kafkaParam.bootstrap.servers "a" is no host:port'],
  [{ 'bootstrap.servers': 'a:1,,b:2' }, '"" is no host:port'],
  [
    { 'bootstrap.servers': 'a:1', 'security.protocol': 'TLS' },
    'kafkaParam.security.protocol "TLS" is not known',
  ],
  [
    { 'bootstrap.servers': 'a:1', 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'GSSAPI' },
    'kafkaParam.sasl.mechanism "GSSAPI" is not known',
  ],
  [{ 'bootstrap.servers': 'a:1', 'security.protocol': 'SASL_SSL' }, 'kafkaParam.sasl.username is missing'],
  [{ 'bootstrap.servers': 'a:1', userName: 'a/b' }, 'kafkaParam.userName "a/b" cannot be part'],
])('%j is refused by the name of the option', (params, message) => {
  expect(refused(params as Record<string, string>)).toMatchObject({
    code: 'MLSQL_SCRIPT_OPTION_VALUE',
    message: expect.stringContaining(message),
  });
});
