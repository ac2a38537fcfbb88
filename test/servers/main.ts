// Builds what the tests need of real servers, so that no test waits for it. What cannot be built here is named; the tests
// that need it count as skipped.

import { built, MINIO, VERSITYGW, whereIs } from './go-program.js';
import { hasKafka, kafkaJars } from './kafka-server.js';

if (hasKafka()) console.log(`kafka: ${await kafkaJars()}`);
else console.log('kafka: not here, and there is no Java or no Maven to fetch it; its tests are skipped');
for (const program of [MINIO, VERSITYGW]) {
  if (whereIs(program) === undefined)
    console.log(`${program.name}: not here, and there is no Go to build it; its tests are skipped`);
  else console.log(`${program.name}: ${await built(program)}`);
}
