/** A service that is ready at once and says its process number; or, told to, one that can not start. */
import { createServer } from 'node:http';

if (process.env.FIXTURE_FAILS === 'yes') {
  console.error('FIXTURE_PORT is wrong');
  process.exit(1);
}
createServer((request, response) => response.end(String(process.pid))).listen(
  Number(process.env.FIXTURE_PORT),
  '127.0.0.1',
);
