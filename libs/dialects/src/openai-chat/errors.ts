/** Errors as all of OpenAI's APIs write them. */
export {
  decodeOpenaiError as decodeError,
  encodeOpenaiError as encodeError,
  encodeOpenaiStreamError as encodeStreamError,
} from '../json/openai-errors.js';
