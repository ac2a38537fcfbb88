// Loads proto/mlsql/v1 once, with the options that the generated types were made with.
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import { PROTO_ROOT } from '../paths.js';
import type { ProtoGrpcType as ExecutorsType } from './gen/executors.js';
import type { ProtoGrpcType as FilesType } from './gen/files.js';
import type { ProtoGrpcType as FunctionsType } from './gen/functions.js';
import type { ProtoGrpcType as JobsType } from './gen/jobs.js';
import type { ProtoGrpcType as RunsType } from './gen/runs.js';

const FILES = ['runs', 'jobs', 'files', 'functions', 'executors'].map((name) => `mlsql/v1/${name}.proto`);

const OPTIONS: Options = {
  includeDirs: [PROTO_ROOT],
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
};

let definition: PackageDefinition | undefined;

/** The package definition of all services, for servers and for reflection. */
export function packageDefinition(): PackageDefinition {
  definition ??= loadSync(FILES, OPTIONS);
  return definition;
}

type Services = RunsType['mlsql']['v1'] &
  JobsType['mlsql']['v1'] &
  FilesType['mlsql']['v1'] &
  FunctionsType['mlsql']['v1'] &
  ExecutorsType['mlsql']['v1'];

let services: Services | undefined;

/** Client constructors and service descriptions, `mlsqlV1().Runs.service` and so on. */
export function mlsqlV1(): Services {
  services ??= (loadPackageDefinition(packageDefinition()) as GrpcObject & { mlsql: { v1: Services } }).mlsql
    .v1;
  return services;
}

/** The service of executors.proto alone: less than half the parsing, for processes that start often and need no other. */
export function executorsV1(): ExecutorsType['mlsql']['v1'] {
  const loaded = loadPackageDefinition(loadSync('mlsql/v1/executors.proto', OPTIONS));
  return (loaded as GrpcObject & ExecutorsType).mlsql.v1;
}
