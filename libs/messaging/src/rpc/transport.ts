import type { ClientProxy, CustomStrategy } from '@nestjs/microservices';

/** One way for services to call each other; both ends of it. */
export interface RpcTransport {
  /** For `application.connectMicroservice(...)`: serves the `@MessagePattern` handlers of the application. */
  microservice(): CustomStrategy;
  /** A new client; who makes it closes it. */
  client(): ClientProxy;
}
