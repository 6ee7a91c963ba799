/** The official SDKs of every dialect, through a running gateway, to a vendor of every dialect. */
import { afterAll, beforeAll } from '@jest/globals';
import { SdkGateway } from './sdk-gateway.js';
import { describeAiSdk } from './suites/ai-sdk.suite.js';
import { describeConversations } from './suites/conversation.suite.js';
import { describeErrors } from './suites/errors.suite.js';
import { describeOperations } from './suites/operations.suite.js';
import { describeTools } from './suites/tools.suite.js';

let gateway: SdkGateway;
beforeAll(async () => {
  gateway = await SdkGateway.start();
}, 120_000);
afterAll(() => gateway?.stop());

describeConversations(() => gateway);
describeTools(() => gateway);
describeErrors(() => gateway);
describeOperations(() => gateway);
describeAiSdk(() => gateway);
