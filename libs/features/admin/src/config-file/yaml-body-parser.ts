import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

export const YAML_MEDIA_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'];
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** Lets the API take YAML bodies, as text: reading them is the declarative file's own business. */
@Injectable()
export class YamlBodyParser implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const server: FastifyInstance = this.host.httpAdapter.getInstance();
    for (const type of YAML_MEDIA_TYPES) {
      // Replaces Fastify's own parser of text, which has the smaller limit of all other bodies.
      if (server.hasContentTypeParser(type)) server.removeContentTypeParser(type);
      server.addContentTypeParser(
        type,
        { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
        (_request, body, done) => {
          done(null, body);
        },
      );
    }
  }
}
