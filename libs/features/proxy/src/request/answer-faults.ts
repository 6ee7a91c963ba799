import { GatewayError } from '@tollgate/contracts';

export function unreadableAnswer(cause: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer could not be read.", {
    retry: 'next-channel',
    cause,
  });
}

export function answerTooLarge(): GatewayError {
  return new GatewayError('upstream_invalid_response', "The vendor's answer is too large to be translated.", {
    retry: 'next-channel',
  });
}

export function answerCut(): GatewayError {
  return new GatewayError('upstream_cut', 'The vendor broke off in the middle of its answer.', {
    retry: 'next-channel',
  });
}
