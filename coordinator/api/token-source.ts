// The tokens that hold now: of a variable, or of a file that is read again when it changes.
import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import { parseTokens, type Token } from '../../shared/tokens.js';

/** How often at most a file is looked at. */
const LOOK_MS = 1_000;

/** Where tokens come from. */
export type TokenSetting = { readonly text: string } | { readonly file: string };

export class TokenSource {
  #tokens: readonly Token[];
  #lookedMs: number;
  #changedMs = 0;

  /** @throws MlsqlError MLSQL_USAGE_INVALID where the file cannot be read, or a line is no token */
  constructor(
    private readonly setting: TokenSetting,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.#lookedMs = clock.now();
    this.#tokens = 'text' in setting ? parsed(setting.text, 'MLSQL_TOKEN') : this.#read(setting.file);
  }

  /** None: everyone may call. */
  get isEmpty(): boolean {
    return this.#tokens.length === 0;
  }

  /** All that are known, expired ones too. */
  tokens(): readonly Token[] {
    if ('file' in this.setting && this.clock.now() - this.#lookedMs >= LOOK_MS) {
      this.#lookedMs = this.clock.now();
      try {
        const { file } = this.setting;
        if (statSync(file).mtimeMs !== this.#changedMs) this.#tokens = this.#read(file);
      } catch {
        // It is being replaced, or was broken: what it said last holds.
      }
    }
    return this.#tokens;
  }

  #read(file: string): readonly Token[] {
    try {
      this.#changedMs = statSync(file).mtimeMs;
      const tokens = parsed(readFileSync(file, 'utf8'), file);
      if (tokens.length > 0) return tokens;
    } catch (error) {
      if (error instanceof MlsqlError) throw error;
      throw unusable(`the token file ${file} cannot be read: ${(error as Error).message}`);
    }
    throw unusable(`the token file ${file} is empty`);
  }
}

function parsed(text: string, where: string): readonly Token[] {
  try {
    return parseTokens(text);
  } catch (error) {
    throw unusable(`${where}: ${(error as Error).message}`);
  }
}

function unusable(message: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, {
    hint: 'a token file has one token a line, as mlsql reads it from --token-file or MLSQL_TOKEN_FILE',
  });
}
