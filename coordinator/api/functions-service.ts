// gRPC Functions: the registered functions, and the models in the store.

import { MlsqlError } from '../../shared/errors.js';
import { classifyPath } from '../../shared/language/paths.js';
import { pathOfKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { FunctionsHandlers } from '../../shared/rpc/gen/mlsql/v1/Functions.js';
import type { ModelVersion as ModelVersionMessage } from '../../shared/rpc/gen/mlsql/v1/ModelVersion.js';
import type { FunctionRegistry } from '../models/function-registry.js';
import type { ModelVersion } from '../models/model-types.js';
import { readMeta, readVersions } from '../models/versions.js';
import { unary } from './handlers.js';

export function functionsService(registry: FunctionRegistry, store: ObjectStore): FunctionsHandlers {
  return {
    ListFunctions: unary(async () => ({
      functions: (await registry.list()).map(
        ({ name, alg, path, version, algIndex, score, registeredMs, kind }) => ({
          name,
          alg,
          path,
          algIndex,
          registeredMs,
          kind,
          ...(version !== undefined && { version }),
          ...(score !== null && { score }),
        }),
      ),
    })),
    ListModels: unary(async (request) => {
      const versions = await readVersions(store, modelKey(request.path));
      if (versions.length === 0)
        throw new MlsqlError('MLSQL_MODEL_NOT_FOUND', `no model lies at ${request.path}`, {
          path: request.path,
          hint: 'see mlsql fs ls for what is there',
        });
      return { versions: versions.map(versionMessage) };
    }),
    GetModel: unary(async (request) =>
      versionMessage(
        (
          await readMeta(
            store,
            modelKey(request.path),
            request._version === undefined ? undefined : request.version,
          )
        ).meta0,
      ),
    ),
  };
}

function modelKey(path: string): string {
  const place = classifyPath(path);
  if (place.kind === 'store') return place.key;
  throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${path}" is no path of the store`, {
    hint: 'paths of the store begin with a slash',
  });
}

function versionMessage(version: ModelVersion): ModelVersionMessage {
  return {
    path: pathOfKey(version.path),
    ...(version.version !== undefined && { version: version.version }),
    startTimeMs: version.startTime,
    endTimeMs: version.endTime,
    groups: version.groups.map((group) => ({
      algIndex: group.algIndex,
      status: group.status,
      ...(group.score !== null && { score: group.score }),
      message: group.message,
      trainParams: { ...group.trainParams },
      metrics: { ...group.metrics },
      attempts: group.attempts,
      executor: group.executor,
      startTimeMs: group.startTime,
      endTimeMs: group.endTime,
      sizeBytes: (group.files ?? []).reduce((bytes, file) => bytes + file.sizeBytes, 0),
    })),
  };
}
