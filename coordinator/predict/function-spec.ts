// From a registered function's record to what an executor needs to serve it.

import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import type { Resource } from '../../shared/rpc/gen/mlsql/v1/Resource.js';
import type { StoredFile, StoredResource } from '../models/model-types.js';

/** Everything that decides how a function answers; plain data, kept with its name in the registry. */
export interface ServedModel {
  readonly name: string;
  readonly project: readonly StoredFile[];
  readonly script: string;
  readonly command: string;
  readonly builtinAlg: string;
  readonly model: readonly StoredFile[];
  readonly resources: readonly StoredResource[];
  readonly fitParam: Readonly<Record<string, string>>;
  readonly systemParam: Readonly<Record<string, string>>;
  readonly pythonPath: string;
  readonly pythonParams: readonly string[];
  readonly envs: Readonly<Record<string, string>>;
  readonly copyTrainParams: boolean;
  readonly trainParams: Readonly<Record<string, string>>;
}

export function functionSpecOf(served: ServedModel): FunctionSpec {
  return {
    name: served.name,
    project: served.project.map(inputFile),
    script: served.script,
    command: served.command,
    builtinAlg: served.builtinAlg,
    model: served.model.map(inputFile),
    resources: served.resources.map(
      (resource): Resource => ({
        name: resource.name,
        folder: resource.folder,
        files: resource.files.map(inputFile),
      }),
    ),
    fitParam: { ...served.fitParam },
    systemParam: { ...served.systemParam },
    pythonPath: served.pythonPath,
    pythonParams: [...served.pythonParams],
    envs: { ...served.envs },
    copyTrainParams: served.copyTrainParams,
    trainParams: { ...served.trainParams },
  };
}

function inputFile({ path, key, sizeBytes, sha256, executable }: StoredFile): InputFile {
  return { path, key, size: sizeBytes, sha256, executable };
}
