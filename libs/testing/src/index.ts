export {
  createTestDatabase,
  testServers,
  uniqueName,
  type TestDatabase,
  type TestServers,
} from './servers.js';
