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

  /**
   * @param setting - an empty text: no token is needed
   * @param onBroken - told where the file changed into something that holds no tokens
   * @throws MlsqlError MLSQL_USAGE_INVALID where there is none, a line is none, or the file cannot be read
   */
  constructor(
    private readonly setting: TokenSetting,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly onBroken: (error: unknown) => void = () => undefined,
  ) {
    this.#lookedMs = clock.now();
    if ('file' in setting) this.#tokens = this.#read(setting.file);
    else this.#tokens = setting.text === '' ? [] : parsed(setting.text, 'MLSQL_TOKEN');
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
      } catch (error) {
        // What it said last holds: an operator's slip locks nobody out, nor lets anybody in.
        this.onBroken(error);
      }
    }
    return this.#tokens;
  }

  #read(file: string): readonly Token[] {
    try {
      this.#changedMs = statSync(file).mtimeMs;
      return parsed(readFileSync(file, 'utf8'), `the token file ${file}`);
    } catch (error) {
      if (error instanceof MlsqlError) throw error;
      throw unusable(`the token file ${file} cannot be read: ${(error as Error).message}`);
    }
  }
}

function parsed(text: string, where: string): readonly Token[] {
  let tokens: readonly Token[];
  try {
    tokens = parseTokens(text);
  } catch (error) {
    throw unusable(`${where}: ${(error as Error).message}`);
  }
  if (tokens.length === 0) throw unusable(`${where} holds no token`);
  return tokens;
}

function unusable(message: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, {
    hint: 'a token file has one token a line, as mlsql reads it from --token-file or MLSQL_TOKEN_FILE',
  });
}
