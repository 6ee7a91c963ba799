import { GatewayError } from '@tollgate/contracts';
import { Catch, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/** Lets the code and message of a GatewayError reach the caller; Nest would replace them by "Internal server error". */
@Catch(GatewayError)
export class GatewayErrorRpcFilter implements RpcExceptionFilter<GatewayError> {
  catch({ code, message }: GatewayError, _host: ArgumentsHost): Observable<never> {
    return throwError(() => ({ code, message }));
  }
}
