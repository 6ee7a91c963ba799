/**
 * In all bytes that say `"error"`, and in few others. A search stops at each first letter of its mark: a quotation mark would
 * stop it at every word of JSON.
 */
export const ERROR_MARK = Buffer.from('rror"');
