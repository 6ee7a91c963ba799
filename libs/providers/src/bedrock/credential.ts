/** https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type BedrockCredential =
  | { readonly kind: 'access-key'; readonly key: AccessKey }
  /** https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html */
  | { readonly kind: 'api-key'; readonly key: string }
  | { readonly kind: 'unreadable' };

const UNREADABLE: BedrockCredential = { kind: 'unreadable' };

/**
 * `<access key id>|<secret>`, `<access key id>|<secret>|<session token>`, the same as JSON in the spelling of the SDKs
 * or of the AWS CLI, or an API key of Bedrock.
 */
export function readCredential(text: string): BedrockCredential {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return fromJson(trimmed);
  if (!trimmed.includes('|')) return trimmed === '' ? UNREADABLE : { kind: 'api-key', key: trimmed };
  const [id, secret, token, ...rest] = trimmed.split('|').map((field) => field.trim());
  return rest.length > 0 ? UNREADABLE : accessKey(id, secret, token);
}

function fromJson(text: string): BedrockCredential {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { accessKeyId, secretAccessKey, sessionToken, AccessKeyId, SecretAccessKey, SessionToken } = value;
    return accessKey(
      accessKeyId ?? AccessKeyId,
      secretAccessKey ?? SecretAccessKey,
      sessionToken ?? SessionToken,
    );
  } catch {
    // What is wrong with it must not be repeated: it is a secret.
    return UNREADABLE;
  }
}

function accessKey(accessKeyId: unknown, secretAccessKey: unknown, sessionToken: unknown): BedrockCredential {
  if (typeof accessKeyId !== 'string' || accessKeyId === '') return UNREADABLE;
  if (typeof secretAccessKey !== 'string' || secretAccessKey === '') return UNREADABLE;
  const key = { accessKeyId, secretAccessKey };
  const temporary = typeof sessionToken === 'string' && sessionToken !== '';
  return { kind: 'access-key', key: temporary ? { ...key, sessionToken } : key };
}
