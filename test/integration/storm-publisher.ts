// A process that publishes train after train to two paths, one of each kind, and dies by SIGKILL at a write that it was
// told. Started by reader-storm.test.ts with its orders as JSON; prints a line for each publish that is through.

import { createPublisher, type Publisher } from '../../coordinator/models/publisher.js';
import { blob, ended, silent, success, uploadAttempt } from '../../coordinator/models/test-support.js';
import { jobId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openStore } from '../../shared/object-store/open-store.js';

export interface PublisherOrders {
  readonly url: string;
  readonly paths: readonly { readonly path: string; readonly keepVersion: boolean }[];
  readonly groups: number;
  /** Number of the first train; an earlier process may have begun it. */
  readonly first: number;
  /** The write at which it dies. */
  readonly dieAtWrite: number;
}

const orders = JSON.parse(process.argv[2]!) as PublisherOrders;
const store = mortal(await openStore(orders.url, process.env), orders.dieAtWrite);
const publisher = createPublisher({ store, logger: silent });
for (let number = orders.first; ; number++) {
  for (const { path, keepVersion } of orders.paths) await train(publisher, path, keepVersion, number);
  process.stdout.write(`${number}\n`);
}

async function train(to: Publisher, path: string, keepVersion: boolean, number: number): Promise<void> {
  const text = `train ${number}`;
  const [words, script] = [await blob(store, 'words', text), await blob(store, 'train.py', `# ${text}`)];
  const target = await to.claim(path, {
    jobId: jobId(`job-${number}`),
    runId: `run-${number}`,
    user: 'me',
    keepVersion,
    now: number,
    train: {
      systemParam: {},
      trainParams: { train: String(number) },
      hashes: {},
      project: { files: [script], script: 'train.py', command: '', builtinAlg: '' },
      groups: Array.from({ length: orders.groups }, (_, algIndex) => ({
        algIndex,
        alg: 'train.py',
        fitParam: { train: String(number) },
        resources: [{ name: 'words', folder: false, files: [words] }],
      })),
    },
  });
  const groups = [];
  for (let algIndex = 0; algIndex < orders.groups; algIndex++) {
    // Longer and shorter in turn: a file that was half written over would show.
    const model = `${number} ${algIndex}\n`.repeat(1 + ((number * 37) % 400));
    const result = await uploadAttempt(store, target, algIndex, 1, { 'm.pkl': model, 'deep/m.bin': model });
    await to.accept(target, algIndex, 1, result);
    groups.push(success(algIndex, 1, result, 0.5, number));
  }
  await to.publish(target, ended(groups));
}

/** The store of a process that ends, whole, in the middle of its n-th write. */
function mortal(of: ObjectStore, dieAtWrite: number): ObjectStore {
  let writes = 0;
  return new Proxy(of, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const outcome = Reflect.apply(value, target, args) as unknown;
        const isWrite = name === 'put' || name === 'copy' || name === 'delete';
        if (isWrite && ++writes >= dieAtWrite) process.kill(process.pid, 'SIGKILL');
        return outcome;
      };
    },
  });
}
