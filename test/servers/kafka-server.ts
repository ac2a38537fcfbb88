// A real Kafka broker for tests: one KRaft node, its jars from Maven once, outside the work tree.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs, { type Kafka } from 'kafkajs';
import { makeCertificates } from '../../client/certificates/make-certificates.js';
import { PRODUCT_ROOT } from '../../shared/paths.js';
import { SERVERS_FOLDER } from './go-program.js';
import { freePort } from './s3-server.js';

/** The jars that the product's own image of Kafka has. */
const POM = readFileSync(join(PRODUCT_ROOT, 'deploy/images/kafka-pom.xml'), 'utf8');
const VERSION = /<artifactId>kafka_2\.13<\/artifactId><version>([^<]+)</.exec(POM)![1]!;
const FOLDER = join(
  SERVERS_FOLDER,
  `kafka-${VERSION}-${createHash('sha256').update(POM).digest('hex').slice(0, 8)}`,
);

/** Whether a broker can be started here. */
export function hasKafka(): boolean {
  const works = (command: string, args: string[]): boolean => spawnSync(command, args).status === 0;
  return works('java', ['-version']) && (existsSync(FOLDER) || works('mvn', ['-v']));
}

/** Fetches the jars unless they are there. @returns their folder */
export async function kafkaJars(): Promise<string> {
  if (existsSync(FOLDER)) return FOLDER;
  console.log(`fetching kafka ${VERSION} from Maven, once …`);
  mkdirSync(SERVERS_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(SERVERS_FOLDER, '.fetching-'));
  try {
    writeFileSync(join(folder, 'pom.xml'), POM);
    await promisify(execFile)(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
    );
    try {
      renameSync(join(folder, 'lib'), FOLDER);
    } catch (error) {
      // Another run was first.
      if (!existsSync(FOLDER)) throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return FOLDER;
}

/** What the broker's SASL listener wants. */
export const SASL = { username: 'tester', password: 'a-secret-of-the-tests' };

export class KafkaServer {
  #child: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'mlsql-kafka-'));

  private constructor(
    readonly brokers: string,
    /** The same broker, for those who say who they are (PLAIN). */
    readonly saslBrokers: string,
    /** The same broker over TLS, with a certificate of the CA below. */
    readonly tlsBrokers: string,
    private readonly controller: number,
  ) {}

  /** Starts a broker, and waits until it answers. */
  static async start(): Promise<KafkaServer> {
    const ports = [await freePort(), await freePort(), await freePort()];
    const [plain, sasl, tls] = ports.map((port) => `127.0.0.1:${port}`) as [string, string, string];
    const server = new KafkaServer(plain, sasl, tls, await freePort());
    await server.#format();
    await server.up();
    return server;
  }

  /** Kills the broker; up() starts it again with all that it had. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async up(): Promise<void> {
    const child = await this.#java('kafka.Kafka', [this.#config]);
    this.#child = child;
    const admin = this.client(0).admin();
    for (const end = Date.now() + 90_000; ; await sleep(200)) {
      if (child.exitCode !== null) throw new Error(`kafka ended with ${child.exitCode}`);
      const ready = await admin.connect().then(
        () => admin.listTopics(),
        () => undefined,
      );
      await admin.disconnect().catch(() => undefined);
      if (ready !== undefined) return;
      if (Date.now() > end) throw new Error('kafka does not answer');
    }
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Who says who he is may not make topics whose names begin so. */
  async deny(prefix: string): Promise<void> {
    const admin = this.client().admin();
    await admin.connect();
    await admin.createAcls({
      acl: [
        {
          principal: `User:${SASL.username}`,
          host: '*',
          resourceType: kafkajs.AclResourceTypes.TOPIC,
          resourcePatternType: kafkajs.ResourcePatternTypes.PREFIXED,
          resourceName: prefix,
          operation: kafkajs.AclOperationTypes.CREATE,
          permissionType: kafkajs.AclPermissionTypes.DENY,
        },
      ],
    });
    await admin.disconnect();
  }

  client(retries = 20): Kafka {
    return new kafkajs.Kafka({
      brokers: [this.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries },
    });
  }

  /** The CA of the TLS listener, as PEM. */
  get ca(): string {
    return readFileSync(join(this.#folder, 'ca.crt'), 'utf8');
  }

  get #config(): string {
    return join(this.#folder, 'server.properties');
  }

  async #format(): Promise<void> {
    await makeCertificates({ folder: this.#folder, hosts: [], days: 1 });
    const [key, cert] = ['coordinator.key', 'coordinator.crt'].map((name) =>
      readFileSync(join(this.#folder, name), 'utf8'),
    );
    const keystore = join(this.#folder, 'keystore.pem');
    writeFileSync(keystore, `${key}\n${cert}`);
    writeFileSync(
      this.#config,
      `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${this.controller}
listeners=PLAIN://${this.brokers},SASL://${this.saslBrokers},TLS://${this.tlsBrokers},CONTROLLER://127.0.0.1:${this.controller}
listener.security.protocol.map=PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
sasl.enabled.mechanisms=PLAIN
listener.name.tls.ssl.keystore.type=PEM
listener.name.tls.ssl.keystore.location=${keystore}
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${SASL.username}="${SASL.password}";
log.dirs=${join(this.#folder, 'data')}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=true
num.partitions=1
`,
    );
    const formatting = await this.#java('kafka.tools.StorageTool', [
      ...['format', '--config', this.#config],
      ...['--cluster-id', Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')],
    ]);
    const [code] = (await once(formatting, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`kafka could not format its folder: ${code}`);
  }

  async #java(main: string, args: readonly string[]): Promise<ChildProcess> {
    const jars = await kafkaJars();
    return spawn('java', ['-Xmx512m', '-Xms128m', '-cp', `${jars}/*`, main, ...args], {
      cwd: this.#folder,
      stdio: 'ignore',
    });
  }
}
