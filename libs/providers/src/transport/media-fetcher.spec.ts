import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MediaFetcher, type MediaFetcherOptions } from './media-fetcher.js';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

describe('media by URL', () => {
  const open: { server: Server; fetcher: MediaFetcher }[] = [];

  async function serve(listener: RequestListener, options: MediaFetcherOptions = { allowPrivate: true }) {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fetcher = new MediaFetcher(options);
    open.push({ server, fetcher });
    return { fetcher, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/i.png` };
  }
  const image: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png; x=y' }).end(PNG);
  };

  afterEach(async () => {
    for (const { server, fetcher } of open.splice(0)) {
      await fetcher.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('are fetched, with no header of anybody', async () => {
    let headers: object = {};
    const { fetcher, url } = await serve((request, response) => {
      headers = request.headers;
      image(request, response);
    });
    expect(await fetcher.fetch(url)).toEqual({ data: PNG.toString('base64'), mediaType: 'image/png' });
    expect(Object.keys(headers).sort()).toEqual(['connection', 'host']);
  });

  it('are not fetched from private addresses, by number, by name or by redirect', async () => {
    const { fetcher, url } = await serve(image, {});
    await expect(fetcher.fetch(url)).rejects.toMatchObject({ code: 'media_unavailable' });
    await expect(fetcher.fetch(url.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
      code: 'media_unavailable',
    });
    await expect(fetcher.fetch(url.replace('127.0.0.1', '[::ffff:127.0.0.1]'))).rejects.toMatchObject({
      code: 'media_unavailable',
    });
    const redirecting = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    });
    await expect(redirecting.fetcher.fetch(redirecting.url)).rejects.toMatchObject({
      code: 'media_unavailable',
    });
  });

  it('follow a few redirects', async () => {
    const { fetcher, url } = await serve((request, response) => {
      if (request.url === '/i.png') response.writeHead(302, { location: '/there' }).end();
      else image(request, response);
    });
    expect(await fetcher.fetch(url)).toMatchObject({ mediaType: 'image/png' });
    const circle = await serve((_request, response) => response.writeHead(302, { location: '/i.png' }).end());
    await expect(circle.fetcher.fetch(circle.url)).rejects.toMatchObject({
      message: expect.stringContaining('too often'),
    });
  });

  it.each<[string, RequestListener]>([
    [
      'of another type',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('x'),
    ],
    ['that are missing', (_request, response) => response.writeHead(404).end()],
    [
      'larger than they say',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'image/png' });
        response.end(Buffer.alloc(2_000));
      },
    ],
    [
      'too large by their own word',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'image/png', 'content-length': '2000' });
        response.write('x');
      },
    ],
    ['that never come', () => undefined],
  ])('are refused when %s', async (_what, listener) => {
    const { fetcher, url } = await serve(listener, { allowPrivate: true, bytesMax: 1_000, timeoutMs: 300 });
    await expect(fetcher.fetch(url)).rejects.toMatchObject({ code: 'media_unavailable', kind: 'invalid' });
  });

  it.each(['ftp://example.com/x', 'file:///etc/passwd', 'nonsense', 'http://'])(
    '%s is no address',
    async (url) => {
      const { fetcher } = await serve(image);
      await expect(fetcher.fetch(url)).rejects.toMatchObject({ code: 'media_unavailable' });
    },
  );
});
