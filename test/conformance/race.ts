// Races real processes against one store: compiles racer.ts, starts it several times, lets all go at once.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { openStore } from '../../shared/object-store/open-store.js';
import { PRODUCT_ROOT } from '../../shared/paths.js';

export interface Race {
  readonly processes: number;
  /** Keys that all processes try to create. */
  readonly rounds: number;
  /** Compare-and-replace increments of one counter, by each process. */
  readonly increments: number;
}

/** Winners of each round, and what the counter shows at the end. */
export async function racePut(
  url: string,
  env: NodeJS.ProcessEnv,
  race: Race,
): Promise<{ winners: number[]; counter: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'mlsql-race-'));
  try {
    const program = await compile(folder, 'test/conformance/racer.ts');
    const store = await openStore(url, env);
    await store.put('race/counter', Buffer.from('0'));
    const orders = JSON.stringify({ url, rounds: race.rounds, increments: race.increments });
    const racers = Array.from({ length: race.processes }, () =>
      spawn(process.execPath, [program, orders], {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const outputs = racers.map((racer) => createInterface({ input: racer.stdout })[Symbol.asyncIterator]());
    for (const output of outputs) await output.next();
    for (const racer of racers) racer.stdin.end('go\n');
    const winners = Array.from({ length: race.rounds }, () => 0);
    await Promise.all(
      racers.map(async (racer, i) => {
        const exited = once(racer, 'exit');
        const line = (await outputs[i]!.next()).value as string | undefined;
        const [code] = await exited;
        if (code !== 0 || line === undefined) throw new Error(`a racer ended with code ${code}`);
        for (const round of (JSON.parse(line) as { won: number[] }).won) winners[round]!++;
      }),
    );
    const counter = Number((await buffer((await store.get('race/counter')).body)).toString());
    return { winners, counter };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compiles one program and what it imports into the folder; the path of the result. */
async function compile(folder: string, source: string): Promise<string> {
  const config = {
    extends: join(PRODUCT_ROOT, 'tsconfig.json'),
    compilerOptions: {
      rootDir: PRODUCT_ROOT,
      outDir: join(folder, 'out'),
      typeRoots: [join(PRODUCT_ROOT, 'node_modules/@types')],
    },
    files: [join(PRODUCT_ROOT, source)],
    include: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await promisify(execFile)(process.execPath, [
    join(PRODUCT_ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    folder,
  ]);
  await symlink(join(PRODUCT_ROOT, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(PRODUCT_ROOT, 'package.json'), join(folder, 'out/package.json'));
  await symlink(join(PRODUCT_ROOT, 'proto'), join(folder, 'out/proto'));
  return join(folder, 'out', source.replace(/\.ts$/, '.js'));
}
