// Generated from docs/openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/boards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfBoardView"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateBoard"];
                };
            };
            responses: {
                /** @description Created */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BoardView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    board?: string;
                    limit?: number;
                    task?: string;
                    type?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfEventView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfLaneView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/log/chunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfLogChunkView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SessionRequest"];
                };
            };
            responses: {
                /** @description No Content */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No Content */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    archived?: boolean;
                    board?: string;
                    host?: string;
                    label?: string;
                    lane?: string;
                    limit?: number;
                    q?: string;
                    status?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfTaskView"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateTask"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
                /** @description Created */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskDetail"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/block": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WithReason"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WithReason"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AddComment"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CommentView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfEventView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MoveTask"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WithReason"];
                };
            };
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/unblock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WhyView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WhoAmI"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    after?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PageOfWorkerView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkerView"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OK */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WorkerView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Person or run → board: a remark on a task. 1 to 16,384 characters. */
        AddComment: {
            text: string;
        };
        BoardView: {
            /** Format: int32 */
            active: number;
            counts: {
                [key: string]: number;
            };
            /** Format: date-time */
            createdAt: string;
            key: string;
            /** Format: int32 */
            maxActive: null | number;
            title: string;
        };
        CommentView: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            id: number;
            /** Format: uuid */
            runId: null | string;
            text: string;
        };
        /** @description Person → board: a new set of tasks. */
        CreateBoard: {
            /** @description Prefix of its tasks' keys. */
            key: string;
            /**
             * Format: int32
             * @description Most runs of its tasks at one time; null for no cap of its own.
             */
            maxActive?: null | number;
            title?: null | string;
        };
        /** @description Person or run → board: one new task. */
        CreateTask: {
            /** @description The board's key. Default: the board `main`. */
            board?: null | string;
            /** @description What to do, Markdown or a script; at most 256 KiB of UTF-8. */
            body?: null | string;
            /** @description The only host it may run on. */
            host?: null | string;
            /** @description Unique per board: the same key and content again gives the same task. 1 to 200 characters. The header `Idempotency-Key` says the same. */
            idempotencyKey?: null | string;
            labels?: null | string[];
            /** @description The lane whose workers take it. Null only for `triage`. */
            lane?: null | string;
            /**
             * Format: int32
             * @description Overrides the lane's limit.
             */
            maxRuntimeSeconds?: null | number;
            /** @description Capabilities that the worker must have. */
            needs?: null | string[];
            /**
             * Format: date-time
             * @description It stays `scheduled` until then.
             */
            notBefore?: null | string;
            /** @description Keys of tasks that must be done first. */
            parents?: null | string[];
            /**
             * Format: int32
             * @description −1000 to 1000, higher first. Default 0.
             * @default 0
             */
            priority: number;
            status?: null | components["schemas"]["Status"];
            title: string;
        };
        /** @description A change on the board, in the shape of CloudEvents 1.0. */
        EventView: {
            /** @description Who did it: `key:admin`, `worker:gpu-1`, `run:web-42/2`, `board`. */
            actor: string;
            board: null | string;
            data: components["schemas"]["JsonElement"];
            /** @description Cursor: opaque, ordered; give it as `after` or `Last-Event-ID`. */
            id: string;
            lane: null | string;
            /** Format: uuid */
            runId: null | string;
            /** @description `/boards/web`, `/lanes/gpu`, `/workers/gpu-1`. */
            source: string;
            specVersion: string;
            /** @description The task's key, lane or worker. */
            subject: string;
            taskKey: null | string;
            /** Format: date-time */
            time: string;
            /** @description `dev.kanbanbus.task.created.v1` and so on: EventTypes with prefix and version. */
            type: string;
            workerId: null | string;
        };
        JsonElement: unknown;
        LaneView: {
            /** Format: int32 */
            graceSeconds: number;
            /** Format: int32 */
            maxActive: null | number;
            /** Format: int32 */
            maxAttempts: number;
            /** Format: int32 */
            maxRuntimeSeconds: null | number;
            name: string;
            /**
             * Format: int32
             * @description Runs on its queues, unclaimed.
             */
            offered: number;
            onDisconnect: components["schemas"]["OnDisconnect"];
            paused: boolean;
            pausedReason: null | string;
            /** @description What is wrong with its queue on the broker; null when nothing is. */
            problem: null | string;
            profile: string;
            /**
             * Format: int32
             * @description Tasks that could start.
             */
            ready: number;
            retry: components["schemas"]["RetryMode"];
            /**
             * Format: int32
             * @description Runs under a lease, stopping ones included.
             */
            running: number;
            /** Format: int32 */
            silenceSeconds: null | number;
            /**
             * Format: int32
             * @description Slots of live workers that serve it.
             */
            slots: number;
            /** Format: int32 */
            workers: number;
        };
        /** @description What a run reported after it had lost its lease. */
        LateResult: {
            /** Format: date-time */
            at: string;
            /** Format: int32 */
            exitCode: null | number;
            /** Format: int64 */
            fencingToken: number;
            metadata: null | components["schemas"]["JsonElement"];
            outcome: components["schemas"]["Outcome"];
            reason: null | string;
            summary: null | string;
        };
        /** @description Stored piece of a log, in the order the board received them. */
        LogChunkView: {
            /** Format: date-time */
            at: string;
            /**
             * Format: byte
             * @description The bytes, base64.
             */
            data: string;
            /**
             * Format: int64
             * @description Rises over all chunks; a cursor for `after`.
             */
            id: number;
            /**
             * Format: int64
             * @description First byte's place in its stream.
             */
            offset: number;
            stream: string;
        };
        /** @description Person → board: put the task into another column. `running` is never a target: only admission starts work. */
        MoveTask: {
            reason?: null | string;
            status: components["schemas"]["Status"];
        };
        /**
         * @description What a worker does with a lane's runs when it gets no answer from the board.
         * @enum {unknown}
         */
        OnDisconnect: "continue" | "stop";
        /**
         * @description How the worker saw the run end.
         * @enum {unknown}
         */
        Outcome: "succeeded" | "failed" | "stopped" | "timed-out" | "released" | "lost" | "blocked" | "review";
        /** @description A page of a list. */
        PageOfBoardView: {
            items: components["schemas"]["BoardView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfEventView: {
            items: components["schemas"]["EventView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfLaneView: {
            items: components["schemas"]["LaneView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfLogChunkView: {
            items: components["schemas"]["LogChunkView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfTaskView: {
            items: components["schemas"]["TaskView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfWorkerView: {
            items: components["schemas"]["WorkerView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /**
         * @description What happens to a task whose run failed or was lost.
         * @enum {unknown}
         */
        RetryMode: "auto" | "ask" | "never";
        /**
         * @description Where a run stands. The last six are final.
         * @enum {unknown}
         */
        RunState: "offered" | "running" | "stopping" | "succeeded" | "failed" | "cancelled" | "timed-out" | "lost" | "withdrawn";
        RunView: {
            /** Format: date-time */
            endedAt: null | string;
            /** Format: int32 */
            exitCode: null | number;
            /** Format: int64 */
            fencingToken: number;
            /**
             * Format: date-time
             * @description When its lease was last renewed; null when no lease is live.
             */
            heartbeatAt: null | string;
            host: null | string;
            /** Format: uuid */
            id: string;
            lane: string;
            late: null | components["schemas"]["LateResult"];
            /** Format: date-time */
            leaseExpiresAt: null | string;
            /**
             * Format: int64
             * @description Bytes of log stored, all streams.
             */
            logBytes: number;
            metadata: null | components["schemas"]["JsonElement"];
            /**
             * Format: int32
             * @description Counted per task from 1.
             */
            number: number;
            /** Format: date-time */
            offeredAt: string;
            /** @description Why it ended, or is being stopped. */
            reason: null | string;
            /** Format: date-time */
            startedAt: null | string;
            state: components["schemas"]["RunState"];
            summary: null | string;
            taskKey: string;
            usage: null | components["schemas"]["JsonElement"];
            workerId: null | string;
        };
        SessionRequest: {
            token: string;
        };
        /**
         * @description Where a task stands; the board's columns, in their order.
         * @enum {unknown}
         */
        Status: "triage" | "todo" | "scheduled" | "ready" | "running" | "blocked" | "review" | "done" | "failed" | "cancelled";
        /** @description A task with everything that hangs on it. Lists hold the newest 200. */
        TaskDetail: {
            body: string;
            children: components["schemas"]["TaskLinkView"][];
            comments: components["schemas"]["CommentView"][];
            metadata: null | components["schemas"]["JsonElement"];
            parents: components["schemas"]["TaskLinkView"][];
            runs: components["schemas"]["RunView"][];
            task: components["schemas"]["TaskView"];
        };
        TaskLinkView: {
            key: string;
            status: components["schemas"]["Status"];
            summary: null | string;
            title: string;
        };
        /** @description One task as every face shows it. */
        TaskView: {
            archived: boolean;
            /**
             * Format: int32
             * @description Runs charged to it since it was created or retried by a person.
             */
            attempts: number;
            board: string;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            /** Format: date-time */
            endedAt: null | string;
            host: null | string;
            /** @description Board key and number: `web-42`. */
            key: string;
            labels: string[];
            lane: null | string;
            /** Format: int32 */
            maxRuntimeSeconds: null | number;
            needs: string[];
            /** Format: date-time */
            notBefore: null | string;
            /** Format: int32 */
            parents: number;
            /** Format: int32 */
            parentsDone: number;
            /** Format: int32 */
            priority: number;
            /** @description Why it is blocked, failed, cancelled or parked; what a person or the board said last. */
            reason: null | string;
            run: null | components["schemas"]["RunView"];
            status: components["schemas"]["Status"];
            /** @description What its last accepted run said. */
            summary: null | string;
            title: string;
            /** Format: date-time */
            updatedAt: string;
            /**
             * Format: int64
             * @description Rises with every change; its ETag.
             */
            version: number;
            /** @description Why it has not started, for a task that waits; null otherwise. */
            wait: null | string;
        };
        /** @enum {unknown} */
        WaitCode: "triage" | "parents" | "parent-failed" | "not-before" | "parked" | "blocked" | "review" | "lane-paused" | "lane-cap" | "board-cap" | "global-cap" | "no-worker" | "no-slot" | "offered" | "next" | "archived" | "all-paused" | null;
        WhoAmI: {
            boardVersion: string;
            /** @description `admin`, `browser`, `worker`, `session` or `run`. */
            kind: string;
            name: string;
        };
        /** @description Why a task has not started. */
        WhyView: {
            code: null | components["schemas"]["WaitCode"];
            key: string;
            /**
             * Format: int32
             * @description Its place among the ready tasks of its lane, from 1.
             */
            place: null | number;
            /** @description The sentence for people, with holders and numbers. */
            reason: string;
            status: components["schemas"]["Status"];
            /** @description False when nothing holds it (it runs, or has ended). */
            waits: boolean;
        };
        /** @description Person → board: why a task is blocked, cancelled or retried. */
        WithReason: {
            reason?: null | string;
        };
        WorkerLane: {
            lane: string;
            /** Format: int32 */
            running: number;
            /** Format: int32 */
            slots: number;
        };
        /** @enum {unknown} */
        WorkerState: "live" | "draining" | "gone" | "left";
        WorkerView: {
            capabilities: string[];
            /** Format: date-time */
            heartbeatAt: string;
            host: string;
            id: string;
            lanes: components["schemas"]["WorkerLane"][];
            /** Format: double */
            load: null | number;
            /** Format: int32 */
            processId: number;
            profiles: string[];
            /** Format: date-time */
            registeredAt: string;
            runs: components["schemas"]["RunView"][];
            state: components["schemas"]["WorkerState"];
            version: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
