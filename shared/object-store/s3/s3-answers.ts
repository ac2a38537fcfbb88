// The XML that a server answers with, and the XML that it is asked with. Pure. Formats:
// https://docs.aws.amazon.com/AmazonS3/latest/API/
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

const LISTS = new Set(['Contents', 'CommonPrefixes', 'Error']);

const parser = new XMLParser({
  // A name of digits stays a name; blanks in names count.
  parseTagValue: false,
  trimValues: false,
  // References by number too: some servers write quotes so.
  htmlEntities: true,
  isArray: (name, path) => LISTS.has(name) && path !== 'Error',
});
const builder = new XMLBuilder({ suppressEmptyNode: true });

const text = z.string();
const pageSchema = z.object({
  ListBucketResult: z.preprocess(
    (page) => (page === '' ? {} : page),
    z.object({
      EncodingType: text.optional(),
      IsTruncated: text.optional(),
      NextContinuationToken: text.optional(),
      Contents: z
        .array(z.object({ Key: text, Size: text, ETag: text.default(''), LastModified: text.default('') }))
        .default([]),
      CommonPrefixes: z.array(z.object({ Prefix: text })).default([]),
    }),
  ),
});

export interface Page {
  readonly objects: readonly {
    readonly object: string;
    readonly sizeBytes: number;
    readonly etag: string;
    readonly modifiedMs: number;
  }[];
  readonly prefixes: readonly string[];
  /** Undefined: it was the last one. */
  readonly next: string | undefined;
}

/** A page of ListObjectsV2 with encoding-type=url. @throws Error where it is none */
export function parsePage(xml: string): Page {
  const { ListBucketResult: page } = pageSchema.parse(clean(parser.parse(xml)));
  // Some servers do not know of the encoding that was asked for.
  const nameOf = page.EncodingType === 'url' ? decoded : (name: string): string => name;
  return {
    objects: page.Contents.map((entry) => ({
      object: nameOf(entry.Key),
      sizeBytes: Number(entry.Size),
      etag: bareEtag(entry.ETag),
      // Whole seconds, as the headers of an object have it.
      modifiedMs: Math.floor((Date.parse(entry.LastModified) || 0) / 1000) * 1000,
    })),
    prefixes: page.CommonPrefixes.map(({ Prefix }) => nameOf(Prefix)),
    next: page.IsTruncated?.trim() === 'true' ? page.NextContinuationToken : undefined,
  };
}

/** Without blanks between tags, which the parser takes for text. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (name === '#text' ? [] : [[name, clean(inner)]])),
  );
}

const decoded = (name: string): string => decodeURIComponent(name.replaceAll('+', ' '));

/** Without its quotes. */
export const bareEtag = (etag: string): string => etag.replace(/^"|"$/g, '');

const failedSchema = z.object({
  Error: z
    .array(z.object({ Key: text.default(''), Code: text.default(''), Message: text.default('') }))
    .default([]),
});

/** The objects that DeleteObjects could not remove. */
export function parseDeleted(xml: string): readonly { Key: string; Code: string; Message: string }[] {
  const { DeleteResult: result } = clean(parser.parse(xml)) as { DeleteResult?: unknown };
  return failedSchema.parse(typeof result === 'object' ? result : {}).Error;
}

/** The body of DeleteObjects; only names of mayBeListed. */
export function deleteBody(objects: readonly string[]): string {
  return builder.build({ Delete: { Quiet: 'true', Object: objects.map((Key) => ({ Key })) } }) as string;
}

/** XML has no way to write most control characters, and changes line ends. */
export function mayBeListed(object: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  return !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(object);
}

export function completeBody(etags: readonly string[]): string {
  const Part = etags.map((ETag, at) => ({ PartNumber: at + 1, ETag }));
  return builder.build({ CompleteMultipartUpload: { Part } }) as string;
}

/**
 * The field of an answer that has one level, as `UploadId` of InitiateMultipartUploadResult.
 * @returns undefined where the answer is another one
 */
export function field(xml: string, root: string, name: string): string | undefined {
  const answer = (parser.parse(xml) as Record<string, Record<string, unknown> | undefined>)[root];
  const value = answer?.[name];
  return typeof value === 'string' ? value : undefined;
}
