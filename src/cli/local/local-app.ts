import type { Abstract, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../app.module.js';
import { AppConfig } from '../../config/index.js';
import { type JsonFault, scanJson } from '../../http/index.js';
import type { CliContext } from '../cli-context.js';
import type { GraphFault } from '../graph-file/fault-line.js';
import { type LocalOptions, loadLocalConfig } from './local-config.js';
import { StderrLogger } from './stderr-logger.js';

/** The modules of the service without its HTTP side, on a database in memory. */
export class LocalApp {
  private constructor(private readonly app: INestApplicationContext) {}

  /** @throws {ConfigError} with every fault. */
  static async open(context: CliContext, options: LocalOptions = {}): Promise<LocalApp> {
    const loaded = loadLocalConfig(context, options);
    const app = await NestFactory.createApplicationContext(AppModule.register(loaded), {
      abortOnError: false,
      logger: new StderrLogger(context.stderr, loaded.secrets),
    });
    return new LocalApp(app);
  }

  get<T>(token: Type<T> | Abstract<T>): T {
    return this.app.get(token, { strict: false });
  }

  /** Why the service would refuse `text` as a body before it looks at what it means; undefined if it would not. */
  bodyFault(text: string): GraphFault | undefined {
    const { limits } = this.get(AppConfig);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.maxBodyBytes) {
      return {
        code: 'payload-too-large',
        message: `${bytes} bytes, and LIMITS__MAX_BODY_BYTES is ${limits.maxBodyBytes}`,
      };
    }
    const fault = scanJson(text, limits.maxJsonDepth);
    return fault === undefined ? undefined : toGraphFault(fault);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function toGraphFault({ pointer, code, message, line, column }: JsonFault): GraphFault {
  return { pointer, code, message: `${message} (line ${line}, column ${column})` };
}
