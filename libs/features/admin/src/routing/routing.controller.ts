import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole } from '@tollgate/control-api';
import { ExplainRouteDto, RouteExplanationView } from './explain.dto.js';
import { RouteExplainer } from './route-explainer.js';

/** Where requests would go, by what the control plane knows. */
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
      'By the configuration and the health that channel-health published. `notJudged` lists what only the proxies know. ' +
      'While the document store is away, all channels count as healthy.',
  })
  @ApiOkResponse({ type: RouteExplanationView })
  explain(@Body() body: ExplainRouteDto): Promise<RouteExplanationView> {
    return this.explainer.explain(body);
  }
}
