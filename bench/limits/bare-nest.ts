/** A Nest application that does nothing but answer a POST: the most that any service on this framework can do here. */
import 'reflect-metadata';
import { Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class RunsController {
  startRun(): object {
    return { run_id: 'r_00000000000000000000000000', status: 'PENDING' };
  }
}
// Decorators cannot be written as such where types are only stripped.
Controller('runs')(RunsController);
const handler = Object.getOwnPropertyDescriptor(RunsController.prototype, 'startRun') ?? {};
Post()(RunsController.prototype, 'startRun', handler);
HttpCode(202)(RunsController.prototype, 'startRun', handler);

class BareModule {}
Module({ controllers: [RunsController] })(BareModule);

const app = await NestFactory.create(BareModule, { logger: false });
await app.listen(Number(process.argv[2]), '127.0.0.1');
process.send?.('listening');
