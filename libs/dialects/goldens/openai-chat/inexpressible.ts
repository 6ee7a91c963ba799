/** What Chat Completions can't say. */
export const inexpressible: Readonly<Record<string, string>> = {
  'tool-result-image.request': 'a tool answers with text only: pictures follow as a message of the user',
};
