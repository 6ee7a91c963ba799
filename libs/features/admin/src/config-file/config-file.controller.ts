import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireRole, ValidationFailed } from '@tollgate/control-api';
import { CurrentActor } from '../identity/current-actor.js';
import { type Actor } from '../write-path/actor.js';
import { ConfigFileError, describeProblem } from './config-problems.js';
import { ApplyQuery, ApplyView } from './config-file.dto.js';
import { ConfigFileService } from './config-file.service.js';
import { ENVIRONMENT, type Environment } from './resolve-credentials.js';
import { YAML_MEDIA_TYPES } from './yaml-body-parser.js';

@ApiTags('declarative file')
@RequireRole('administrator')
@Controller('api/v1/config')
export class ConfigFileController {
  constructor(
    private readonly configFile: ConfigFileService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Post('apply')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make everything be as the file says: all of it, or nothing when anything in it is wrong.',
    description: 'Applying the same file again changes nothing. What the file does not name stays as it is.',
  })
  @ApiConsumes(...YAML_MEDIA_TYPES, 'application/json')
  @ApiBody({ schema: { type: 'object' }, description: 'The declarative file, version 1.' })
  @ApiOkResponse({ type: ApplyView })
  async apply(
    @CurrentActor() actor: Actor,
    @Query() { dryRun }: ApplyQuery,
    @Body() body: unknown,
  ): Promise<ApplyView> {
    try {
      return await this.configFile.apply(body, { actor, environment: this.environment, dryRun });
    } catch (error) {
      if (!(error instanceof ConfigFileError)) throw error;
      throw new ValidationFailed(
        error.problems.map((problem) => ({ field: problem.path, message: describeProblem(problem) })),
      );
    }
  }
}
