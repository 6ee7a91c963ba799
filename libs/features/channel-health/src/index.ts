export { ChannelHealthModule, type ChannelHealthDependencies } from './channel-health.module.js';
export { channelHealthDatabase } from './database/channel-health-database.js';
