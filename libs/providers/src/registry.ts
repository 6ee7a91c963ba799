import { anthropic } from './anthropic/anthropic.provider.js';
import { azureOpenaiDeployments } from './azure-openai/azure-openai-deployments.provider.js';
import { azureOpenai } from './azure-openai/azure-openai.provider.js';
import { bedrock } from './bedrock/bedrock.provider.js';
import { cloudflare } from './cloudflare/cloudflare.provider.js';
import { cohere } from './cohere/cohere.provider.js';
import { dashscope } from './dashscope/dashscope.provider.js';
import { deepseek } from './deepseek/deepseek.provider.js';
import { demo } from './demo/demo.provider.js';
import { fireworks } from './fireworks/fireworks.provider.js';
import { gemini } from './gemini/gemini.provider.js';
import { githubModels } from './github-models/github-models.provider.js';
import { groq } from './groq/groq.provider.js';
import { huggingface } from './huggingface/huggingface.provider.js';
import { hunyuan } from './hunyuan/hunyuan.provider.js';
import { minimax } from './minimax/minimax.provider.js';
import { mistral } from './mistral/mistral.provider.js';
import { moonshot } from './moonshot/moonshot.provider.js';
import { newApi } from './new-api/new-api.provider.js';
import { nvidia } from './nvidia/nvidia.provider.js';
import { ollama } from './ollama/ollama.provider.js';
import { openaiCompatible } from './openai-compatible/openai-compatible.provider.js';
import { openai } from './openai/openai.provider.js';
import { openrouter } from './openrouter/openrouter.provider.js';
import { perplexity } from './perplexity/perplexity.provider.js';
import { qianfan } from './qianfan/qianfan.provider.js';
import { siliconflow } from './siliconflow/siliconflow.provider.js';
import { together } from './together/together.provider.js';
import { tollgate } from './tollgate/tollgate.provider.js';
import { vertexExpress } from './vertex/vertex-express.provider.js';
import { vertex } from './vertex/vertex.provider.js';
import { vllm } from './vllm/vllm.provider.js';
import { volcengine } from './volcengine/volcengine.provider.js';
import { xai } from './xai/xai.provider.js';
import { xinference } from './xinference/xinference.provider.js';
import { zhipu } from './zhipu/zhipu.provider.js';
import type { Provider } from './provider.js';

const ALL: readonly Provider[] = [
  openai,
  openaiCompatible,
  azureOpenai,
  azureOpenaiDeployments,
  bedrock,
  cohere,
  vertex,
  vertexExpress,
  anthropic,
  gemini,
  openrouter,
  deepseek,
  mistral,
  xai,
  groq,
  together,
  fireworks,
  perplexity,
  moonshot,
  zhipu,
  dashscope,
  volcengine,
  qianfan,
  hunyuan,
  minimax,
  siliconflow,
  ollama,
  vllm,
  xinference,
  cloudflare,
  nvidia,
  huggingface,
  githubModels,
  tollgate,
  newApi,
  demo,
];

/** Every vendor that a channel can name, by id. The one list: validation, documentation and console derive from it. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  ALL.map((provider) => [provider.id, provider]),
);
