export { ChannelHealthModule, type ChannelHealthDependencies } from './channel-health.module.js';
export { CHANNEL_HEALTH_SCHEMA, channelHealthMigrations } from './database/schema.js';
