import { describe, expect, it } from '@jest/globals';
import { parseReplySubject } from './reply-subject.js';

describe('parseReplySubject', () => {
  const facts = { deliveries: 2, streamSequence: 15, consumerSequence: 17, pending: 3 };

  it('reads the short form of servers without domains', () => {
    expect(parseReplySubject('$JS.ACK.stream.consumer.2.15.17.1795474798857943943.3')).toEqual(facts);
  });

  it('reads the long form with domain, account and token', () => {
    expect(
      parseReplySubject('$JS.ACK.hub.account.stream.consumer.2.15.17.1795474798857943943.3.token'),
    ).toEqual(facts);
  });

  it.each([undefined, '', 'inbox.1', '$JS.ACK.too.short'])('knows that %p is none', (reply) => {
    expect(parseReplySubject(reply)).toBeUndefined();
  });
});
