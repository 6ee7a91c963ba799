import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '@tollgate/control-api';
import { ExplainRouteDto, RouteExplanationView } from './explain.dto.js';
import { RouteExplainer } from './route-explainer.js';

/**
 * Where requests would go. What only a proxy knows is no part of it: its requests under way and caps, what rests after a
 * failure there, latencies, and where requests with the same key went last.
 */
@ApiTags('routing')
@RequireRole('administrator')
@Controller('api/v1/routing')
export class RoutingController {
  constructor(private readonly explainer: RouteExplainer) {}

  @Post('explain')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Where a request would go now, in which order, and why not elsewhere. Sends and changes nothing.',
    description:
      'By the configuration and the health that channel-health published. What only a proxy knows is no part of it: ' +
      'its requests under way and caps, what rests after a failure there, latencies, and where requests with the same ' +
      'key went last. Nor are capabilities, which proxies read in the body of a request. While the document store is ' +
      'away, all channels count as healthy.',
  })
  @ApiOkResponse({ type: RouteExplanationView })
  explain(@Body() body: ExplainRouteDto): Promise<RouteExplanationView> {
    return this.explainer.explain(body);
  }
}
