import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BadRequestException, Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Clock, GatewayError } from '@tollgate/contracts';
import { generateMasterKey, parseMasterKey, signAccessToken } from '@tollgate/security';
import { createLogger, createMetrics, HealthChecks, noopLogger } from '@tollgate/telemetry';
import { Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsString, ValidateNested } from 'class-validator';
import {
  type ControlApplicationOptions,
  createControlApplication,
  CurrentPrincipal,
  type Page,
  PageQuery,
  type Principal,
  Public,
  RequireRole,
} from './index.js';

class Wheel {
  @IsInt()
  size!: number;
}

class Car {
  @IsString()
  name!: string;

  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => Wheel)
  wheels!: Wheel[];
}

@Controller('api/v1/cars')
class CarsController {
  @Post()
  create(@Body() car: Car): { wheels: number; isCar: boolean } {
    return { wheels: car.wheels.length, isCar: car instanceof Car };
  }

  @Get()
  list(@Query() query: PageQuery): Page<number> & { limit: number } {
    return { items: [], nextCursor: null, limit: query.limit };
  }

  @Get('me')
  me(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @RequireRole('administrator')
  @Get('keys')
  keys(): string[] {
    return [];
  }
}

const failures: Record<string, () => Error> = {
  conflict: () => new GatewayError('already_exists', 'There is a car of that name.', { field: 'name' }),
  limited: () => new GatewayError('rate_limited', 'Wait a little.', { retryAfterSeconds: 1.2 }),
  hidden: () => new GatewayError('upstream_error', 'password of db-7 is wrong', { exposure: 'internal' }),
  unknown: () => new TypeError('cannot read properties of undefined at secret-file.ts:12'),
  nest: () => new BadRequestException('Not\n  so.'),
};

@Public()
@Controller('api/v1/failures')
class FailuresController {
  @Get(':name')
  fail(@Param('name') name: string): never {
    throw failures[name]?.() ?? new Error('no such failure');
  }
}

@Module({ controllers: [CarsController] })
class CarsModule {}

@Module({ controllers: [FailuresController] })
class FailuresModule {}

const masterKey = parseMasterKey(generateMasterKey());
const NOW = Date.parse('2026-01-02T03:04:05Z');
const clock: Clock = { now: () => NOW, monotonic: () => 0 };
const lines: string[] = [];

const options = (): ControlApplicationOptions => ({
  modules: [CarsModule, FailuresModule],
  logger: createLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  }),
  health: new HealthChecks(),
  metrics: createMetrics({ service: 'test' }),
  masterKey,
  clock,
  bodyLimitBytes: 2_000,
  openApi: { title: 'Test' },
});

describe('the control application', () => {
  let app: NestFastifyApplication;
  const authorization: Record<string, string> = {};

  beforeAll(async () => {
    app = await createControlApplication(options());
    for (const role of ['viewer', 'administrator']) {
      const token = await signAccessToken(masterKey, { subject: 'u1', role, ttlSeconds: 60 }, clock);
      authorization[role] = `Bearer ${token}`;
    }
  });
  afterAll(() => app.close());

  const get = (url: string, role?: string, headers: Record<string, string> = {}) =>
    app.inject({
      url,
      headers: { ...headers, ...(role === undefined ? {} : { authorization: authorization[role] ?? '' }) },
    });
  const post = (payload: unknown, type = 'application/json') =>
    app.inject({
      method: 'POST',
      url: '/api/v1/cars',
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      headers: { authorization: authorization.viewer, 'content-type': type },
    });

  describe('access', () => {
    it('refuses a request without an access token and says where to get one', async () => {
      const response = await get('/api/v1/cars');
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(response.json()).toMatchObject({
        code: 'invalid_access_token',
        detail: expect.stringContaining('/api/v1/auth/login'),
      });
    });

    it.each(['Basic abc', 'Bearer', 'Bearer not.a.token', 'Bearer a b'])('refuses %j', async (value) => {
      const response = await get('/api/v1/cars', undefined, { authorization: value });
      expect([response.statusCode, response.json().code]).toEqual([401, 'invalid_access_token']);
    });

    it('lets a caller with a token in and tells the handler who it is', async () => {
      const response = await get('/api/v1/cars/me', 'viewer');
      expect([response.statusCode, response.json()]).toEqual([200, { subject: 'u1', role: 'viewer' }]);
    });

    it('refuses a role that the route does not take', async () => {
      const response = await get('/api/v1/cars/keys', 'viewer');
      expect([response.statusCode, response.json().code]).toEqual([403, 'permission_denied']);
      expect((await get('/api/v1/cars/keys', 'administrator')).statusCode).toBe(200);
    });

    it.each(['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json'])('leaves %s open', async (url) => {
      expect((await get(url)).statusCode).toBe(200);
    });

    it('answers an unknown path with a problem document', async () => {
      const response = await get('/api/v1/nothing');
      expect([response.statusCode, response.json().code]).toEqual([404, 'unknown_path']);
    });
  });

  describe('validation', () => {
    it('gives the handler an instance of the DTO', async () => {
      const response = await post({ name: 'a', wheels: [{ size: 1 }] });
      expect([response.statusCode, response.json()]).toEqual([201, { wheels: 1, isCar: true }]);
    });

    it('names every wrong field with its path, one line each', async () => {
      const response = await post({ name: 7, colour: 'red', wheels: [{ size: 1 }, { size: 'x', spare: 1 }] });
      expect(response.statusCode).toBe(400);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(response.json()).toMatchObject({
        type: 'urn:tollgate:problem:validation_failed',
        title: 'The request is not valid',
        status: 400,
        code: 'validation_failed',
      });
      expect(response.json().errors).toEqual(
        expect.arrayContaining([
          { field: 'colour', message: 'colour is not a known field' },
          { field: 'name', message: 'name must be a string' },
          { field: 'wheels[1].size', message: 'wheels[1].size must be an integer number' },
          { field: 'wheels[1].spare', message: 'wheels[1].spare is not a known field' },
        ]),
      );
      expect(response.json().errors).toHaveLength(4);
    });

    it('refuses a missing body', async () => {
      const response = await app.inject({
        method: 'POST',
        url: '/api/v1/cars',
        headers: { authorization: authorization.viewer },
      });
      expect([response.statusCode, response.json().code]).toEqual([400, 'validation_failed']);
    });

    it('reads the query of a list and refuses a limit out of range', async () => {
      expect((await get('/api/v1/cars?limit=7', 'viewer')).json().limit).toBe(7);
      expect((await get('/api/v1/cars', 'viewer')).json().limit).toBe(50);
      const response = await get('/api/v1/cars?limit=201', 'viewer');
      expect(response.json()).toMatchObject({
        code: 'validation_failed',
        detail: 'limit must not be greater than 200',
      });
    });

    it('refuses what is no JSON', async () => {
      const response = await post('{"name":');
      expect(response.statusCode).toBe(400);
      expect(response.json().code).toMatch(/^invalid_/);
      expect(response.body).not.toContain('stack');
    });

    it('refuses a body over the limit', async () => {
      const response = await post({ name: 'x'.repeat(3_000) });
      expect([response.statusCode, response.json().code]).toEqual([413, 'request_too_large']);
    });

    it('refuses a media type that it does not read', async () => {
      const response = await post('<a/>', 'text/xml');
      expect([response.statusCode, response.json().code]).toEqual([415, 'invalid_request']);
    });

    it('answers a malformed path with a problem document', async () => {
      const response = await get('/api/v1/failures/%zz');
      expect([response.statusCode, response.json().status]).toEqual([400, 400]);
      expect(response.headers['x-request-id']).toBeDefined();
    });
  });

  describe('errors', () => {
    it('carry the field at fault', async () => {
      const response = await get('/api/v1/failures/conflict');
      expect([response.statusCode, response.json()]).toEqual([
        409,
        {
          type: 'urn:tollgate:problem:already_exists',
          title: 'It conflicts with what exists',
          status: 409,
          detail: 'There is a car of that name.',
          code: 'already_exists',
          requestId: response.headers['x-request-id'],
          errors: [{ field: 'name', message: 'There is a car of that name.' }],
        },
      ]);
    });

    it('say when to try again', async () => {
      expect((await get('/api/v1/failures/limited')).headers['retry-after']).toBe('2');
    });

    it('keep one line of what the framework says', async () => {
      expect((await get('/api/v1/failures/nest')).json()).toMatchObject({ status: 400, detail: 'Not so.' });
    });

    it.each([
      ['unknown', 500, 'internal_error'],
      ['hidden', 502, 'upstream_error'],
    ])(
      'of the kind %s leave no internals outside and are logged with the request id',
      async (name, status, code) => {
        lines.length = 0;
        const response = await get(`/api/v1/failures/${name}`);
        const { requestId, detail } = response.json<{ requestId: string; detail: string }>();
        expect([response.statusCode, response.json().code]).toEqual([status, code]);
        expect(response.body).not.toMatch(/secret-file|password|stack/);
        expect(detail).toContain(requestId);
        expect(lines).toHaveLength(1);
        expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
          requestId,
          route: '/api/v1/failures/:name',
          error: { message: failures[name]?.().message },
        });
      },
    );
  });

  describe('responses', () => {
    it('carry a request id, the caller’s own if it is harmless', async () => {
      const sent = await get('/healthz', undefined, { 'x-request-id': 'abc-1' });
      expect(sent.headers['x-request-id']).toBe('abc-1');
      const replaced = await get('/healthz', undefined, { 'x-request-id': 'a b<script>' });
      expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('carry security headers and do not say what made them', async () => {
      const { headers } = await get('/healthz');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
      expect(headers['x-powered-by']).toBeUndefined();
    });
  });

  it('gives nobody for ever to send a body', () => {
    expect(app.getHttpServer().requestTimeout).toBeGreaterThan(0);
  });

  it('describes the routes of every feature module in OpenAPI 3.1', async () => {
    const document = (await get('/api/v1/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths as object).sort()).toEqual([
      '/api/v1/cars',
      '/api/v1/cars/keys',
      '/api/v1/cars/me',
      '/api/v1/failures/{name}',
    ]);
    expect(document.security).toEqual([{ accessToken: [] }]);
    expect(document.paths['/api/v1/failures/{name}'].get.security).toEqual([{}]);
    expect(document.paths['/api/v1/cars'].get.responses.default.content).toHaveProperty([
      'application/problem+json',
    ]);
  });

  it('is not ready when a check fails', async () => {
    const health = new HealthChecks();
    health.register('database', () => Promise.reject(new Error('away')));
    const unready = await createControlApplication({ ...options(), health });
    const response = await unready.inject('/readyz');
    expect([response.statusCode, response.json().status]).toEqual([503, 'unavailable']);
    expect((await unready.inject('/metrics')).body).toContain('service="test"');
    await unready.close();
  });

  it('starts quietly', async () => {
    lines.length = 0;
    const quiet = await createControlApplication(options());
    await quiet.close();
    expect(lines).toEqual([]);
  });

  describe('listening', () => {
    let occupant: Server;
    let port: number;

    beforeAll(async () => {
      occupant = createServer().listen(0, '127.0.0.1');
      await once(occupant, 'listening');
      ({ port } = occupant.address() as AddressInfo);
    });
    afterAll(() => void occupant.close());

    it('says in one line which setting to change when the port is taken', async () => {
      const attempt = createControlApplication({ ...options(), logger: noopLogger, port });
      await expect(attempt).rejects.toThrow(
        `Port ${port} is already in use: set TOLLGATE_ADMIN_PORT to a free port or stop the program that uses it.`,
      );
    });
  });
});
