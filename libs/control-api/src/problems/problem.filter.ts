import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type Logger } from '@tollgate/telemetry';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { PROBLEM_CONTENT_TYPE, toProblem } from './problem.js';

/** Answers every error of the control API as a problem document (RFC 9457) and logs those that are our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(this.logger, { error, request: http.getRequest(), reply: http.getResponse() });
  }
}

export interface FailedRequest {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export function sendProblem(logger: Logger, { error, request, reply }: FailedRequest): void {
  const { problem, headers, isOurFault } = toProblem(error, request.id);
  if (isOurFault) {
    const { method, routeOptions } = request;
    logger.error({ error, requestId: request.id, method, route: routeOptions.url }, 'A request failed.');
  }
  if (!reply.sent) {
    void reply.code(problem.status).headers(headers).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
  }
}
