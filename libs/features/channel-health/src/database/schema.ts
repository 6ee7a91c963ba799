import { ChannelHealthFoundation1764000000002 } from './migration-1-foundation.js';

/** The schema of this service in Postgres. */
export const CHANNEL_HEALTH_SCHEMA = 'channel_health';

/** Every migration of the schema, for `openDatabase`. */
export const channelHealthMigrations = [ChannelHealthFoundation1764000000002];
