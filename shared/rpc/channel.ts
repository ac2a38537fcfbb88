// What every gRPC connection of the product has in common: message limits, keepalive, the token.
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata } from '@grpc/grpc-js';
import { GRPC_MESSAGE_MAX_BYTES } from '../limits.js';
import type { ClientTls } from './tls.js';

/** Options for clients and servers alike. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': GRPC_MESSAGE_MAX_BYTES,
  'grpc.max_send_message_length': GRPC_MESSAGE_MAX_BYTES,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  // Connections of one process to two clusters must not be shared by address alone.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
};

/** @param tls - undefined: a plain connection. The token travels as metadata either way. */
export function channelCredentials(tls?: ClientTls): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
}

/**
 * CHANNEL_OPTIONS for a client of this address. TLS knows a server by a name, which an address of this machine has.
 * @param address - HOST:PORT
 */
export function clientOptions(address: string, tls: ClientTls | undefined): ChannelOptions {
  if (tls === undefined || !/^(127\.[\d.]+|\[::1\]):/.test(address)) return CHANNEL_OPTIONS;
  return { ...CHANNEL_OPTIONS, 'grpc.ssl_target_name_override': 'localhost' };
}

/** Metadata that proves the caller knows the cluster's token. */
export function tokenMetadata(token: string): Metadata {
  const metadata = new Metadata();
  if (token !== '') metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
