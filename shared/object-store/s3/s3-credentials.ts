// Whose requests they are: keys from the environment, a profile, a file, web identity or the machine's role, and read anew
// when they may have changed.
import type { MlsqlError } from '../../errors.js';
import { settingsError } from './s3-errors.js';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/** Keys without an end are read again so often: a file may have been replaced. */
const REREAD_MS = 60_000;
/** Keys with an end are replaced so long before it. */
const BEFORE_EXPIRY_MS = 5 * 60_000;

export class S3Credentials {
  #keys: Keys | undefined;
  #goodUntilMs = 0;
  #reading: Promise<Keys> | undefined;

  constructor(
    private readonly read: () => Promise<Keys>,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * The keys as of now.
   * @throws MlsqlError MLSQL_STORE_SETTINGS where there are none
   */
  async get(): Promise<Keys> {
    if (this.#keys !== undefined && this.now() < this.#goodUntilMs) return this.#keys;
    this.#reading ??= this.#readAnew().finally(() => {
      this.#reading = undefined;
    });
    return await this.#reading;
  }

  /**
   * The server refused these keys: others may be there by now.
   * @returns true where it is worth another try
   */
  async replaced(refused: Keys): Promise<boolean> {
    if (this.#keys === refused) this.#goodUntilMs = 0;
    const { accessKeyId, secretAccessKey, sessionToken } = await this.get();
    return (
      accessKeyId !== refused.accessKeyId ||
      secretAccessKey !== refused.secretAccessKey ||
      sessionToken !== refused.sessionToken
    );
  }

  async #readAnew(): Promise<Keys> {
    const keys = await this.read();
    const now = this.now();
    this.#goodUntilMs =
      keys.expiration === undefined
        ? now + REREAD_MS
        : Math.max(now + 1_000, keys.expiration.getTime() - BEFORE_EXPIRY_MS);
    this.#keys = keys;
    return keys;
  }
}

/**
 * The keys that the environment leads to, in the order of AWS' own tools: `AWS_ACCESS_KEY_ID` with `AWS_SECRET_ACCESS_KEY`
 * and, where there is one, `AWS_SESSION_TOKEN`; `AWS_PROFILE` and the shared files; `AWS_WEB_IDENTITY_TOKEN_FILE`; a
 * container's or machine's role.
 */
export function credentialsOf(env: NodeJS.ProcessEnv): S3Credentials {
  return new S3Credentials(async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: token,
    } = env;
    if (accessKeyId && secretAccessKey)
      return { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) };
    if (accessKeyId || secretAccessKey)
      throw none(`AWS_${accessKeyId ? 'SECRET_ACCESS_KEY' : 'ACCESS_KEY_ID'} is not set`);
    // Loaded only where it is needed: most have the keys in the environment.
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    try {
      return await defaultProvider({ ignoreCache: true })();
    } catch (error) {
      throw none(error instanceof Error ? error.message : String(error));
    }
  });
}

function none(why: string): MlsqlError {
  return settingsError(
    `there are no credentials: ${why}`,
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with its files, for every coordinator and executor.',
  );
}
