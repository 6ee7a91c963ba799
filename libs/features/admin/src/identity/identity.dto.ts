import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { IsName } from '../validation/rules.js';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './password-policy.js';

export class LoginDto {
  @ApiProperty({ type: String, example: 'admin' })
  @IsName()
  username: string;

  @ApiProperty({ type: String, format: 'password' })
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH_MAX)
  password: string;
}

export class LoginView {
  @ApiProperty({ type: String, description: 'Send it as "Authorization: Bearer <accessToken>".' })
  accessToken: string;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt: string;
}

export class ChangePasswordDto {
  @ApiProperty({ type: String, format: 'password' })
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_LENGTH_MAX)
  currentPassword: string;

  @ApiProperty({ type: String, format: 'password', minLength: PASSWORD_LENGTH_MIN })
  @IsString()
  @MaxLength(PASSWORD_LENGTH_MAX)
  newPassword: string;
}

export class UserView {
  @ApiProperty({ type: String, format: 'uuid' })
  id: string;

  @ApiProperty({ type: String })
  username: string;

  @ApiProperty({ type: String, example: 'administrator' })
  role: string;
}
