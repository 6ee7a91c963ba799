import { Body, Controller, Get, HttpCode, Ip, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Public, type Principal } from '@tollgate/control-api';
import { ChangePasswordDto, LoginDto, LoginView, UserView } from './identity.dto.js';
import { IdentityService } from './identity.service.js';

@ApiTags('identity')
@Controller('api/v1/auth')
export class IdentityController {
  constructor(private readonly identity: IdentityService) {}

  @Post('login')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in and get an access token for this API.' })
  @ApiOkResponse({ type: LoginView })
  async login(@Body() body: LoginDto, @Ip() address: string): Promise<LoginView> {
    const { accessToken, expiresAt } = await this.identity.login({ ...body, address });
    return { accessToken, expiresAt: expiresAt.toISOString() };
  }

  @Get('me')
  @ApiOperation({ summary: 'Who the access token belongs to.' })
  @ApiOkResponse({ type: UserView })
  async me(@CurrentPrincipal() principal: Principal): Promise<UserView> {
    const { id, username, role } = await this.identity.userOf(principal);
    return { id, username, role };
  }

  @Put('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change the own password.' })
  @ApiNoContentResponse()
  changePassword(@CurrentPrincipal() principal: Principal, @Body() body: ChangePasswordDto): Promise<void> {
    return this.identity.changePassword(principal, body);
  }
}
