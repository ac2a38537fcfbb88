/**
 * Columns under the names that rows are shown by: a name that comes again (`select a.id, b.id …`) gets its number behind it
 * (`id`, `id_2`), since a row is an object. The table's own names stay as they are.
 */
export function shownColumns<Column extends { readonly name: string }>(columns: readonly Column[]): Column[] {
  const taken = new Set(columns.map(({ name }) => name));
  const seen = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let number = 2; seen.has(name); number++) {
      const next = `${column.name}_${number}`;
      if (!taken.has(next)) name = next;
    }
    seen.add(name);
    taken.add(name);
    return { ...column, name };
  });
}
