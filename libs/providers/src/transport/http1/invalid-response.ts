/** What a vendor sends is no HTTP/1.1 answer, or one that could be read in two ways. Says what is wrong, not what was sent. */
export class InvalidResponse extends Error {}
