import { describe, expect, it } from '@jest/globals';
import type { Attempt } from './attempts.js';
import { hedgeOf } from './hedges.js';
import type { ItineraryWalk } from './itinerary-walk.js';

const HEDGE = { afterMs: 100 };

describe('whether a second channel may be asked', () => {
  const decide = (of: {
    hedge?: object | undefined;
    skipRetryOnFailure?: boolean;
    credential?: number;
    envelope?: object;
  }) => {
    const { hedge = HEDGE, skipRetryOnFailure, credential, envelope } = of;
    const walk = {
      stage: { hedge: 'hedge' in of ? of.hedge : hedge },
      affinity: skipRetryOnFailure === undefined ? undefined : { rule: { skipRetryOnFailure } },
    };
    const attempt = {
      authorized: { credential },
      outgoing: { request: { envelope: { streamed: false, stored: false, ...envelope } } },
    };
    return hedgeOf(walk as ItineraryWalk, attempt as Attempt);
  };

  it('is up to the model', () => {
    expect(decide({})).toEqual(HEDGE);
    expect(decide({ skipRetryOnFailure: false })).toEqual(HEDGE);
    expect(decide({ hedge: undefined })).toBeUndefined();
  });

  it.each([
    ['is streamed', { envelope: { streamed: true } }],
    ['would be stored twice', { envelope: { stored: true } }],
    ['goes on with what one account holds', { credential: 0 }],
    ['must not be tried elsewhere', { skipRetryOnFailure: true }],
  ])('is denied to a request that %s', (_what, of) => {
    expect(decide(of)).toBeUndefined();
  });
});
