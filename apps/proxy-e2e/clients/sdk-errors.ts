import Anthropic from '@anthropic-ai/sdk';
import { ApiError } from '@google/genai';
import OpenAI from 'openai';
import type { SdkDialect } from '../sdk-gateway.js';

/** What an SDK tells apart by the class of its error, or at least by its status. */
export type SdkErrorKind =
  'bad-request' | 'authentication' | 'permission' | 'not-found' | 'rate-limit' | 'server' | 'any';

type ErrorClass = new (...args: never[]) => Error;

const OPENAI: Readonly<Record<SdkErrorKind, ErrorClass>> = {
  'bad-request': OpenAI.BadRequestError,
  authentication: OpenAI.AuthenticationError,
  permission: OpenAI.PermissionDeniedError,
  'not-found': OpenAI.NotFoundError,
  'rate-limit': OpenAI.RateLimitError,
  server: OpenAI.InternalServerError,
  any: OpenAI.APIError,
};

const ANTHROPIC: Readonly<Record<SdkErrorKind, ErrorClass>> = {
  'bad-request': Anthropic.BadRequestError,
  authentication: Anthropic.AuthenticationError,
  permission: Anthropic.PermissionDeniedError,
  'not-found': Anthropic.NotFoundError,
  'rate-limit': Anthropic.RateLimitError,
  server: Anthropic.InternalServerError,
  any: Anthropic.APIError,
};

/** It has one class for all. */
const GEMINI: Readonly<Record<SdkErrorKind, ErrorClass>> = {
  'bad-request': ApiError,
  authentication: ApiError,
  permission: ApiError,
  'not-found': ApiError,
  'rate-limit': ApiError,
  server: ApiError,
  any: ApiError,
};

const CLASSES: Readonly<Record<SdkDialect, Readonly<Record<SdkErrorKind, ErrorClass>>>> = {
  'openai-chat': OPENAI,
  'openai-responses': OPENAI,
  'anthropic-messages': ANTHROPIC,
  gemini: GEMINI,
};

/** The class that an application catches. */
export function sdkErrorClass(dialect: SdkDialect, kind: SdkErrorKind): ErrorClass {
  return CLASSES[dialect][kind];
}

/** What errors of the SDKs hold; the members differ. */
export interface SdkError {
  readonly status?: number;
  readonly message: string;
  readonly headers?: Headers;
}
