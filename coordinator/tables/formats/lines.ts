// Files as lines of text, one row a line, for the text and libsvm formats and for finding a bad row.
import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { newId } from '../../../shared/ids.js';
import { fileExists, type LocalFile } from '../source-files.js';
import { type LoadContext, type LoadedTable, lineLimits, pathList, withPartitionColumns } from './loader.js';

/** A table expression with one column `value`, in the files' order. */
export async function readLines(context: LoadContext, files: readonly LocalFile[]): Promise<string> {
  const plain: LocalFile[] = [];
  for (const file of files)
    plain.push({ ...file, path: await withPlainLineBreaks(file.path, context.signal) });
  return linesOf(plain);
}

export async function loadText(context: LoadContext): Promise<LoadedTable> {
  const plain: LocalFile[] = [];
  for (const file of context.files)
    plain.push({ ...file, path: await withPlainLineBreaks(file.path, context.signal) });
  return withPartitionColumns(
    { ...context, files: plain },
    [{ name: 'value', type: { kind: 'string' } }],
    (group) => [`SELECT value AS c0 FROM ${linesOf(group)}`],
  );
}

function linesOf(files: readonly LocalFile[]): string {
  return `(SELECT coalesce(value, '') AS value FROM read_csv(${pathList(files)}, auto_detect = false, columns = {'value': 'VARCHAR'}, header = false, delim = '', quote = '', escape = '', strict_mode = false, ${lineLimits(files)}))`;
}

/** The file itself, or a copy whose lines all end with `\n` where a `\r` occurs: DuckDB trips over mixtures. */
async function withPlainLineBreaks(path: string, signal: AbortSignal): Promise<string> {
  const target = `${path}.lines`;
  if (await fileExists(target)) return target;
  const compressed = path.endsWith('.gz');
  if (!compressed && !(await containsReturn(path, signal))) return path;
  let endsWithReturn = false;
  const unify = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // latin1 keeps every byte as it is.
      let text = chunk.toString('latin1');
      if (endsWithReturn && text.startsWith('\n')) text = text.slice(1);
      endsWithReturn = text.endsWith('\r');
      done(null, Buffer.from(text.replace(/\r\n?/g, '\n'), 'latin1'));
    },
  });
  const partial = `${target}.${newId('part')}`;
  const source = createReadStream(path);
  if (compressed) await pipeline(source, createGunzip(), unify, createWriteStream(partial), { signal });
  else await pipeline(source, unify, createWriteStream(partial), { signal });
  await rename(partial, target);
  return target;
}

async function containsReturn(path: string, signal: AbortSignal): Promise<boolean> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if ((chunk as Buffer).includes(13)) return true;
  }
  return false;
}
