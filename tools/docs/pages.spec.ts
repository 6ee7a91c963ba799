import { describe, expect, it } from '@jest/globals';
import { PROVIDERS, providerCatalogue } from '@tollgate/providers';
import { currentText, generatedPages } from './pages.js';

describe('generated pages', () => {
  it('are fresh (else: npm run docs)', async () => {
    for (const { path, text } of await generatedPages()) {
      expect({ path, text: currentText(path) }).toEqual({ path, text });
    }
  });

  it('list the providers that the registry and the API list', () => {
    const page = [...currentText('docs/providers.md').matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, id]) => id);
    expect(page.sort()).toEqual([...PROVIDERS.keys()].sort());
    expect(
      providerCatalogue
        .list()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...PROVIDERS.keys()].sort());
  });
});
