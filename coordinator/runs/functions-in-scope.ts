// Which registered functions a select may call: the run's own first, then the cluster's. Ids are fixed when the select is
// bound, so a function registered anew meanwhile does not change a running query.
import type { RunContext } from './context.js';

/** Name in lower case → function id, for the names that occur in the text. */
export async function functionsInScope(
  context: RunContext,
  sql: string,
): Promise<ReadonlyMap<string, string>> {
  const words = new Set(
    (sql.match(/[\p{L}_][\p{L}\p{N}_]*(?=[\s`]*\()/gu) ?? []).map((word) => word.toLowerCase()),
  );
  const inScope = new Map<string, string>();
  for (const [name, id] of context.ownFunctions) if (words.has(name)) inScope.set(name, id);
  if (words.size === inScope.size) return inScope;
  const { registry, functions } = context.services;
  for (const registered of await registry.list()) {
    const name = registered.name.toLowerCase();
    if (!words.has(name) || inScope.has(name)) continue;
    functions.add(registered.id, registered.spec);
    inScope.set(name, registered.id);
  }
  return inScope;
}
