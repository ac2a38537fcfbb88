// The parser library, from its one-file build: its many modules take 300 ms to import, the file takes 9.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export type {
  CustomPatternMatcherFunc,
  IParserErrorMessageProvider,
  IRecognitionException,
  IToken,
  ITokenConfig,
  TokenType,
} from 'chevrotain';

type Library = typeof import('chevrotain');

const entry = pathToFileURL(createRequire(import.meta.url).resolve('chevrotain'));
const bundle = new URL('../chevrotain.min.mjs', entry).href;
// Another release may lie differently in its package; slower is better than not at all.
const library: Library = await (import(bundle) as Promise<Library>).catch(() => import('chevrotain'));

export const { createToken, EmbeddedActionsParser, EOF, Lexer, tokenLabel, tokenMatcher } = library;
