// The macros of a session, each defined when a statement first names it: all of them would take longer than most statements.
import type { DuckDBConnection } from '@duckdb/node-api';
import { MACROS } from './macros.js';

const NAMES = /\bspark_\w+/g;

/** Name → the statement that creates it. */
const STATEMENTS: ReadonlyMap<string, string> = new Map(
  MACROS.map((statement) => {
    const [name] = statement.match(NAMES) ?? [];
    if (name === undefined) throw new Error(`a macro without a name: ${statement}`);
    return [name, statement];
  }),
);

export class SessionMacros {
  readonly #defined = new Set<string>();

  constructor(private readonly connection: DuckDBConnection) {}

  /** Defines what a statement names and the session lacks, and before it whatever that is made of. */
  async ensure(sql: string): Promise<void> {
    for (const [name] of sql.matchAll(NAMES)) {
      const statement = STATEMENTS.get(name);
      if (statement === undefined || this.#defined.has(name)) continue;
      // Before its own text is looked at, which begins with its name.
      this.#defined.add(name);
      try {
        await this.ensure(statement);
        await this.connection.run(statement);
      } catch (error) {
        // Interrupted, say: the next statement that names it defines it.
        this.#defined.delete(name);
        throw error;
      }
    }
  }
}
