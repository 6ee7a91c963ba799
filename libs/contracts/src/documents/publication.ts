/**
 * In the bucket `config`: admin writes it last when it publishes all documents. While it is there, what is not there does
 * not exist; without it, the store is new or lost what it had, and absence means nothing.
 */
export const PUBLICATION_DOCUMENT_KEY = 'publication';
