export {
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  BUDGET_THRESHOLDS_DEFAULT,
  budgetInFile,
  budgetReference,
  budgetThresholds,
  type BudgetInFile,
  type BudgetPeriod,
  type BudgetReference,
  type BudgetScope,
} from './budget.js';
export { systemClock, type Clock } from './clock.js';
export {
  CONFIG_CHANGE_KINDS,
  type ConfigApplyReply,
  type ConfigChange,
  type ConfigChangeKind,
  type ConfigFieldChange,
  type GeneratedKey,
} from './config-apply.js';
export { NAME_LENGTH_MAX, NAME_PATTERN } from './name.js';
export { configFile, credentialSource, type ConfigFile } from './config-file.js';
export {
  CLIENT_DIALECT_IDS,
  DIALECT_IDS,
  OPERATIONS,
  VENDOR_DIALECT_IDS,
  type ClientDialectId,
  type DialectId,
  type Operation,
  type VendorDialectId,
} from './dialect.js';
export { apiKeyDocument, apiKeyDocumentKey, type ApiKeyDocument } from './documents/api-key.js';
export { BUCKET_LIFETIME_MS, BUCKETS, type BucketName } from './documents/buckets.js';
export { channelDocument, channelDocumentKey, type ChannelDocument } from './documents/channel.js';
export { sealedSecret, type SealedSecret } from './documents/sealed-secret.js';
export {
  channelTls,
  clientKey,
  proxyUrl,
  sealedTransport,
  type ChannelTls,
  type SealedTransport,
} from './documents/channel-transport.js';
export {
  carriesSecret,
  channelHeaders,
  CREDENTIAL_PLACEHOLDER,
  type ChannelHeaders,
} from './documents/channel-headers.js';
export {
  channelOverrides,
  overrideStep,
  pathSegments,
  type ChannelOverrides,
  type OverrideCondition,
  type OverrideStep,
} from './documents/channel-overrides.js';
export {
  channelTransformMembers,
  channelTransforms,
  GUARDED_MEMBERS,
  SYSTEM_PROMPT_MODES,
  type ChannelTimeouts,
  type ChannelTransforms,
  type GuardedMember,
  type SystemPrompt,
} from './documents/channel-transforms.js';
export {
  CHANNEL_STATES,
  channelStatusDocument,
  channelStatusKey,
  type ChannelState,
  type ChannelStatusDocument,
} from './documents/channel-status.js';
export {
  journalWatermark,
  journalWatermarkKey,
  type JournalWatermark,
} from './documents/journal-watermark.js';
export { modelDocument, modelDocumentKey, type ModelDocument } from './documents/model.js';
export {
  organizationDocument,
  organizationDocumentKey,
  type OrganizationDocument,
} from './documents/organization.js';
export {
  priceCardDocument,
  priceCardDocumentKey,
  priceCardVersion,
  type PriceCardDocument,
  type PriceCardVersion,
} from './documents/price-card.js';
export {
  storedResponseDocument,
  storedResponseKey,
  type StoredResponseDocument,
} from './documents/stored-response.js';
export {
  AFFINITY_SOURCES,
  affinityRules,
  CAPABILITIES,
  requiredTags,
  channelRoutingMembers,
  CREDENTIAL_CHOICES,
  FALLBACK_CONDITIONS,
  modelRoutingMembers,
  ROUTING_STRATEGIES,
  type AffinityRule,
  type AffinitySource,
  type Capability,
  type ChannelRouting,
  type CredentialChoice,
  type Hedge,
  type Fallback,
  type FallbackCondition,
  type ModelRouting,
  type RoutingStrategy,
} from './documents/routing.js';
export { PUBLICATION_DOCUMENT_KEY } from './documents/publication.js';
export {
  NOTIFICATION_KINDS,
  REASONING_SUFFIX_MEANINGS,
  SETTINGS_DOCUMENT_KEY,
  settingsDocument,
  type NotificationKind,
  type NotificationRule,
  type SettingsDocument,
  type SettingsInput,
} from './documents/settings.js';
export {
  ERROR_CODES,
  GatewayError,
  type ErrorCode,
  type ErrorKind,
  type GatewayErrorOptions,
  type RetryAdvice,
} from './errors.js';
export { budgetDefinedV1, type BudgetDefinedV1 } from './events/budget-defined.v1.js';
export {
  budgetThresholdReachedV1,
  type BudgetThresholdReachedV1,
} from './events/budget-threshold-reached.v1.js';
export {
  channelObservationsV1,
  channelObservationV1,
  DECISIVE_FAILURES,
  FAILED_ORGANIZATIONS_MAX,
  type ChannelObservationsV1,
  type ChannelObservationV1,
  type DecisiveFailure,
} from './events/channel-observed.v1.js';
export { organizationCreatedV1, type OrganizationCreatedV1 } from './events/organization-created.v1.js';
export { TOPICS, type ConsumerName, type Topic } from './events/topics.js';
export {
  REQUEST_OUTCOMES,
  usageBatchV1,
  usageRecordedV1,
  type RequestOutcome,
  type UsageBatchV1,
  type UsageRecordedV1,
} from './events/usage-recorded.v1.js';
export {
  newId,
  type ApiKeyId,
  type BudgetId,
  type ChannelId,
  type JournalId,
  type LeaseId,
  type OrganizationId,
  type PriceCardId,
  type RequestId,
} from './ids.js';
export {
  LATENCY_BUCKETS,
  latencyBucket,
  latencyCounts,
  latencyOfBucket,
  type LatencyCounts,
} from './latency.js';
export {
  addressRange,
  allowedAddresses,
  countWindow,
  groupLimits,
  limits,
  type CountedLimits,
  type CountWindow,
  type GroupLimits,
  type Limits,
} from './limits.js';
export { formatDecimal, formatUsd, NANO_PER_USD, parseUsd, type NanoUsd } from './money.js';
export { priceSheet, priceString, type PriceSheet } from './prices.js';
export {
  PROBE_OPERATIONS,
  RPC,
  type BalancesReply,
  type BalancesRequest,
  type BudgetsReply,
  type BudgetsRequest,
  type BudgetStanding,
  type ChannelProbeReply,
  type ChannelProbeRequest,
  type ProbeOperation,
  type VendorQueryReply,
  type VendorQueryRequest,
} from './rpc.js';
export {
  USAGE_SOURCES,
  usageQuantities,
  ZERO_USAGE,
  type UsageQuantities,
  type UsageSource,
} from './usage.js';
