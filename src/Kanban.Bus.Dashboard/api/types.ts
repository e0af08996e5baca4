import type { components } from './schema';

type Schemas = components['schemas'];

export type AlarmView = Schemas['AlarmView'];
export type BoardView = Schemas['BoardView'];
export type CommentView = Schemas['CommentView'];
export type EventView = Schemas['EventView'];
export type LaneView = Schemas['LaneView'];
export type LogChunkView = Schemas['LogChunkView'];
export type RunState = Schemas['RunState'];
export type RunView = Schemas['RunView'];
export type Status = Schemas['Status'];
export type TaskDetail = Schemas['TaskDetail'];
export type TaskLinkView = Schemas['TaskLinkView'];
export type TaskView = Schemas['TaskView'];
export type WorkerState = Schemas['WorkerState'];
export type WorkerView = Schemas['WorkerView'];
