import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { JsonObject } from '../../executor/core/index.js';
import type { RegisteredAgent, RegisteredTool } from '../registry/index.js';

const OBJECT_SCHEMA = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: {} };

const schemaField = (description: string): ApiPropertyOptions => ({
  description: `${description}, as JSON Schema 2020-12.`,
  type: 'object',
  additionalProperties: {},
  example: OBJECT_SCHEMA,
});

/** One agent of `GET /plugins/agents`. */
export class AgentDto {
  @ApiProperty({ description: 'What a node gives as its `type`.', example: 'agent.fetch' })
  readonly type!: string;

  @ApiProperty({ example: 'Sends an HTTP request.' })
  readonly description!: string;

  @ApiProperty(schemaField('What a node may give as `params`'))
  readonly params_schema!: JsonObject;

  @ApiProperty(schemaField('What edges may map into the node'))
  readonly input_schema!: JsonObject;

  @ApiProperty(schemaField('What it answers'))
  readonly output_schema!: JsonObject;

  @ApiProperty({
    description: 'Names of the tools that it may call; `*` stands for any.',
    type: [String],
    example: ['http_fetcher'],
  })
  readonly tools!: readonly string[];

  @ApiPropertyOptional({
    description:
      'Seconds that one attempt may take when the node says nothing; null for no bound, absent for the run’s.',
    type: 'number',
    nullable: true,
    example: null,
  })
  readonly timeout_sec?: number | null;
}

/** One tool of `GET /plugins/tools`. */
export class ToolDto {
  @ApiProperty({ description: 'What agents call it by.', example: 'http_fetcher' })
  readonly name!: string;

  @ApiProperty({ example: 'Sends an HTTP request and returns the answer.' })
  readonly description!: string;

  @ApiProperty(schemaField('Its arguments'))
  readonly input_schema!: JsonObject;

  @ApiProperty(schemaField('What it returns'))
  readonly output_schema!: JsonObject;
}

/** Answer of `GET /plugins/agents`. */
export class AgentListDto {
  @ApiProperty({ description: 'Sorted by type.', type: [AgentDto] })
  readonly items!: readonly AgentDto[];
}

/** Answer of `GET /plugins/tools`. */
export class ToolListDto {
  @ApiProperty({ description: 'Sorted by name.', type: [ToolDto] })
  readonly items!: readonly ToolDto[];
}

export function toAgentDto({ definition, paramsSchema, inputSchema, outputSchema }: RegisteredAgent): AgentDto {
  const { type, description, tools = [], timeoutSec } = definition;
  return {
    type,
    description,
    params_schema: paramsSchema,
    input_schema: inputSchema,
    output_schema: outputSchema,
    tools,
    ...(timeoutSec === undefined ? {} : { timeout_sec: timeoutSec }),
  };
}

export function toToolDto({ definition: { name, description }, inputSchema, outputSchema }: RegisteredTool): ToolDto {
  return { name, description, input_schema: inputSchema, output_schema: outputSchema };
}
