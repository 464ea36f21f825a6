import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Public } from '../auth/index.js';

/** Leads people who open the service in a browser to its documentation. */
@Controller()
export class RootController {
  @Get()
  @Public()
  @Redirect('/docs', 302)
  @ApiExcludeEndpoint()
  openDocs(): void {
    // The redirect is the answer.
  }
}
