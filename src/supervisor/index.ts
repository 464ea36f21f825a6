export { Supervisor, type SupervisorLog } from './supervisor.js';
