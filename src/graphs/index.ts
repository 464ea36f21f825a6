export { GraphsModule } from './graphs.module.js';
export { type AcceptedVersion, type GraphAtVersion, GraphsService, type RunnableGraph } from './graphs.service.js';
export { type GraphFault, type GraphWarning } from './validation/graph-fault.js';
export { type GraphVerdict, GraphValidator } from './validation/graph-validator.js';
export { type ParamsByNode } from './validation/params-faults.js';
