// `mlsql fs`: the cluster's object store by paths.
import { once } from 'node:events';
import type { CommandContext } from '../context.js';
import { printable } from '../output/cells.js';
import { formatBytes, formatTime, plural } from '../output/format.js';
import { writeList } from '../output/lists.js';

/** One name a line (on a terminal, folders with a slash behind); with `long` sizes and times. */
export async function listFiles(
  { client, streams, json }: CommandContext,
  path: string,
  long: boolean,
): Promise<void> {
  const entries = await client.fs.ls(path);
  if (json || long) {
    writeList(
      streams,
      json,
      entries,
      [
        { head: 'SIZE', text: (entry) => (entry.folder ? '' : formatBytes(entry.sizeBytes)), numeric: true },
        { head: 'MODIFIED', text: (entry) => formatTime(entry.modifiedMs) },
        { head: 'NAME', text: (entry) => `${entry.name}${entry.folder ? '/' : ''}` },
      ],
      `${path} is empty`,
    );
    return;
  }
  const slash = streams.stdout.isTTY ? '/' : '';
  for (const entry of entries) streams.stdout.write(`${printable(entry.name)}${entry.folder ? slash : ''}\n`);
}

export async function putFiles(
  { client, streams, json }: CommandContext,
  localPath: string,
  path: string,
): Promise<void> {
  const written = await client.fs.put(localPath, path);
  if (json) for (const file of written) streams.stdout.write(`${JSON.stringify({ path: file })}\n`);
  else
    streams.stderr.write(
      written.length === 1 ? `put ${written[0]}\n` : `put ${plural(written.length, 'file')} below ${path}\n`,
    );
}

export async function getFiles(
  { client, streams, json }: CommandContext,
  path: string,
  localPath: string,
): Promise<void> {
  const written = await client.fs.get(path, localPath);
  if (json) for (const file of written) streams.stdout.write(`${JSON.stringify({ path: file })}\n`);
  else
    streams.stderr.write(
      written.length === 1
        ? `got ${written[0]}\n`
        : `got ${plural(written.length, 'file')} into ${localPath}\n`,
    );
}

/** The object's bytes, as they are. */
export async function catFile({ client, streams }: CommandContext, path: string): Promise<void> {
  for await (const chunk of client.fs.cat(path)) {
    if (!streams.stdout.write(chunk)) await once(streams.stdout as NodeJS.WriteStream, 'drain');
  }
}

export async function removeFiles(
  { client, streams, json }: CommandContext,
  path: string,
  recursive: boolean,
): Promise<void> {
  const removed = await client.fs.rm(path, { recursive });
  if (json) streams.stdout.write(`${JSON.stringify({ path, removed })}\n`);
  else streams.stderr.write(`removed ${plural(removed, 'file')}\n`);
}
