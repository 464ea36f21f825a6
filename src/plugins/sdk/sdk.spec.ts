import 'reflect-metadata';
import { z } from 'zod';
import { type AgentContext, type AgentDefinition, type ToolContext, Agent, Tool } from './index.js';
import { agentMetadataOf, anyJson, anyObject, defineAgent, defineTool, toolMetadataOf } from './index.js';

const params = z.strictObject({ times: z.number().default(1) });
const input = z.strictObject({ text: z.string() });
const output = z.strictObject({ repeated: z.string() });
const base = { type: 'agent.repeat', description: 'Repeats a text.', params, input, output };
type Context = AgentContext<z.output<typeof params>, z.output<typeof input>>;

describe('defineAgent', () => {
  it('infers what run gets and returns from the schemas', () => {
    const agent = defineAgent({
      ...base,
      run: ({ params: { times }, input: { text } }) => ({ repeated: text.repeat(times) }),
    });
    const anyAgent: AgentDefinition = agent;
    expect(anyAgent.type).toBe('agent.repeat');
  });

  it('does not compile with a run that breaks the schemas', () => {
    // @ts-expect-error the output has no such key
    defineAgent({ ...base, run: () => ({ other: 'x' }) });
    // @ts-expect-error the output is a string
    defineAgent({ ...base, run: async () => ({ repeated: 1 }) });
    // @ts-expect-error the input has no such key
    defineAgent({ ...base, run: (context) => ({ repeated: String(context.input.nothing) }) });
    const greedy = (context: AgentContext<{ times: number; more: string }>) => ({ repeated: context.params.more });
    // @ts-expect-error run asks for a param that the schema does not promise
    defineAgent({ ...base, run: greedy });
    // @ts-expect-error there is no run
    defineAgent(base);
    // @ts-expect-error schemas are zod's
    defineAgent({ ...base, params: { type: 'object' }, run: () => ({ repeated: '' }) });
  });
});

describe('defineTool', () => {
  const tool = { name: 'repeat', description: 'Repeats a text.', input, output };

  it('infers the arguments from the schema', () => {
    expect(
      defineTool({ ...tool, run: ({ text }, { signal }) => ({ repeated: text + String(signal.aborted) }) }).name,
    ).toBe('repeat');
  });

  it('does not compile with a run that breaks the schemas', () => {
    // @ts-expect-error the argument is a string
    defineTool({ ...tool, run: (args: { text: number }) => ({ repeated: String(args.text) }) });
    // @ts-expect-error the result is an object
    defineTool({ ...tool, run: () => 'x' });
    // @ts-expect-error tools are told nothing of params
    defineTool({ ...tool, run: (args, context) => ({ repeated: args.text + String(context.params) }) });
  });
});

describe('@Agent and @Tool', () => {
  it('keep what they are told, for the class alone and not for its subclasses', () => {
    @Agent(base)
    class Repeat {
      run({ input: { text }, params: { times } }: Context): { repeated: string } {
        return { repeated: text.repeat(times) };
      }
    }
    class Louder extends Repeat {}

    @Tool({ name: 'repeat', description: 'Repeats a text.', input, output })
    class RepeatTool {
      constructor(readonly times: number) {}
      async run({ text }: z.output<typeof input>, context: ToolContext): Promise<{ repeated: string }> {
        context.signal.throwIfAborted();
        return { repeated: text.repeat(this.times) };
      }
    }
    expect(agentMetadataOf(Repeat)).toBe(base);
    expect(agentMetadataOf(Louder)).toBeUndefined();
    expect(toolMetadataOf(RepeatTool)?.name).toBe('repeat');
    expect(toolMetadataOf(Repeat)).toBeUndefined();
  });

  it('do not compile on a class whose run breaks the schemas', () => {
    // @ts-expect-error the output is a string
    @Agent(base)
    class WrongOutput {
      run(): { repeated: number } {
        return { repeated: 1 };
      }
    }
    // @ts-expect-error run asks for an input that the schema does not promise
    @Agent(base)
    class WrongInput {
      run({ input: { more } }: AgentContext<unknown, { text: string; more: string }>): { repeated: string } {
        return { repeated: more };
      }
    }
    // @ts-expect-error there is no run
    @Agent(base)
    class NoRun {}
    // @ts-expect-error the argument is a string
    @Tool({ name: 'repeat', description: 'Repeats a text.', input, output })
    class WrongArgument {
      run({ text }: { text: number }): { repeated: string } {
        return { repeated: String(text) };
      }
    }
    expect([WrongOutput, WrongInput, NoRun, WrongArgument]).toHaveLength(4);
  });
});

describe('anyJson and anyObject', () => {
  it('hand values on as they are', () => {
    const value = { a: [JSON.parse('{"__proto__":1}')] };
    expect(anyJson.parse(value)).toBe(value);
    expect(anyObject.parse(value)).toEqual(value);
    expect(anyObject.safeParse([]).success).toBe(false);
  });
});
