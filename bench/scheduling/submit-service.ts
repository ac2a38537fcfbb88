// Jobs by name over gRPC. Clients of the product submit scripts; here only what becomes of a job's record is measured.
import { makeGenericClientConstructor, type ServiceDefinition } from '@grpc/grpc-js';

const serialize = (text: string): Buffer => Buffer.from(text);
const deserialize = (bytes: Buffer): string => bytes.toString();

export const SUBMIT_SERVICE = {
  submit: {
    path: '/bench.Jobs/Submit',
    requestStream: false,
    responseStream: false,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  },
} satisfies ServiceDefinition;

export const SubmitClient = makeGenericClientConstructor(SUBMIT_SERVICE, 'bench.Jobs');
