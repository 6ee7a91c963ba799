/** Models as all of OpenAI's APIs list them. */
export {
  encodeOpenaiModel as encodeModel,
  encodeOpenaiModels as encodeModels,
} from '../json/openai-models.js';
