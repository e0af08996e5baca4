// Generated from docs/openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a person should look at, newest first; with cleared=true also what was. */
        get: operations["listAlarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that you see to it. The alarm stays until its cause is gone. */
        post: operations["acknowledgeAlarm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/boards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Boards by key, with the number of their tasks by status. */
        get: operations["listBoards"];
        put?: never;
        /** Make a board. Its key is the prefix of its tasks' keys. */
        post: operations["createBoard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/boards/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One board. */
        get: operations["showBoard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a board's title or cap: what is absent stays, null clears. */
        patch: operations["editBoard"];
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists messages that were put aside, oldest first. */
        get: operations["listDeadLetters"];
        put?: never;
        /** A worker hands over a message that it could not read. */
        post: operations["postDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a message that was put aside, with its bytes. */
        get: operations["showDeadLetter"];
        put?: never;
        post?: never;
        /** Drops a message that was put aside. Its event stays in the history. */
        delete: operations["dropDeadLetter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts a message back on its queue, as it came.
         * @description First sent, then taken off the list: what fails between is sent twice, which a claim decides, and never lost.
         */
        post: operations["resendDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dispatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make one pass of admission now, or say what it would start. */
        post: operations["dispatch"];
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
        /** The history, oldest first. */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live events, as server-sent events. */
        get: operations["streamEvents"];
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
        /** Lanes by name, with what waits and runs in them. */
        get: operations["listLanes"];
        put?: never;
        /** Make a lane. */
        post: operations["createLane"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One lane. */
        get: operations["showLane"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a lane: what is absent stays, null clears a cap or limit and gives the rest its default. */
        patch: operations["editLane"];
        trace?: never;
    };
    "/api/v1/lanes/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start no more work of a lane; unclaimed offers are withdrawn, running work goes on. */
        post: operations["pauseLane"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/{name}/reset-breaker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let all of a lane's work start again, whatever failed. */
        post: operations["resetBreaker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lanes/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a paused lane work again. */
        post: operations["resumeLane"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every cap with what runs draw of it, checked against each run by itself. */
        get: operations["checkLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a link that logs a browser in, good once and for an hour. */
        post: operations["createLoginLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** By what ready tasks are ordered, what is kept for whom, and how long admission took lately. */
        get: operations["showOrder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the weights of fair keys: what is absent stays, null is 1 again. */
        patch: operations["editOrder"];
        trace?: never;
    };
    "/api/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pools by name, with what runs draw of them. */
        get: operations["listPools"];
        put?: never;
        /** Make a pool. Lanes, profiles and tasks name it in their draws; a host's (host:NAME) is drawn by every run on the host. */
        post: operations["createPool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools/{pool}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pool. */
        get: operations["showPool"];
        put?: never;
        post?: never;
        /** Drop a pool that nothing draws from any more. */
        delete: operations["deletePool"];
        options?: never;
        head?: never;
        /** Change a pool: what is absent stays, null clears. Nothing running is ended by a lower cap; nothing new starts until it is under. */
        patch: operations["editPool"];
        trace?: never;
    };
    "/api/v1/pools/{pool}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start nothing more that draws from a pool; unclaimed offers are withdrawn, running work goes on. */
        post: operations["pausePool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools/{pool}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a paused pool be drawn from again. */
        post: operations["resumePool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pools/{pool}/unpark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open a parked account before its limit resets. */
        post: operations["unparkPool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One stream of a run's log, byte for byte. */
        get: operations["getRunLog"];
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
        /** A run's log in the order it arrived. */
        get: operations["listRunLogChunks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/log/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run's log while it is written, as server-sent events. */
        get: operations["streamRunLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows one run */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/adopt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a task with a result that came after the run had lost its lease. */
        post: operations["adoptRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run announces a file that it is about to upload. */
        post: operations["declareArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/artifacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The next piece of a run's file. */
        put: operations["uploadArtifact"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/artifacts/{id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All of a run's file has been sent: store it. */
        post: operations["commitArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An attachment of a run's task. */
        get: operations["downloadAttachment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/ending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run asks, before it says how it ends, whether its lease is live and the children it claims are its own. */
        post: operations["checkEnding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run says that it is at work, and at what. */
        post: operations["runHeartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run takes what was said about its task since it last looked. */
        post: operations["readInbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/lease": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the run may still act: its lease is live and its token the latest. */
        get: operations["showRunLease"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/log/{stream}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run's worker uploads the next piece of its output. */
        post: operations["appendLog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run makes a child of its task, which starts once that is done. */
        post: operations["createChild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/tasks/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run looks at its own task, or at a child of it. */
        get: operations["showRunTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/tasks/{key}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run remarks on its own task, or on a child of it. */
        post: operations["commentFromRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/tasks/{key}/parents/{parentKey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** A run lets a child of its task wait for another one. */
        put: operations["linkFromRun"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Schedules by name, with the times to come. */
        get: operations["listSchedules"];
        put?: never;
        /** Make a schedule: a task at each of its times. */
        post: operations["createSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One schedule. */
        get: operations["showSchedule"];
        put?: never;
        post?: never;
        /** Drop a schedule; the tasks it made stay. */
        delete: operations["deleteSchedule"];
        options?: never;
        head?: never;
        /** Change a schedule: what is absent stays, null clears or gives the default; in its task too. */
        patch: operations["editSchedule"];
        trace?: never;
    };
    "/api/v1/schedules/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make no more tasks; those that are made stay. */
        post: operations["pauseSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make tasks again, from the next time on. */
        post: operations["resumeSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a task now, as if its time had come, by its rule of overlap; a paused schedule too. */
        post: operations["runSchedule"];
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
        /** Logs this browser in with an admin key. */
        post: operations["startSession"];
        /** Logs this browser out. With an admin key it changes nothing. */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replay what arrived lately against other caps. Changes nothing. */
        post: operations["simulate"];
        delete?: never;
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
        /** Tasks, newest first, by pages. */
        get: operations["listTasks"];
        put?: never;
        /** Make a task. */
        post: operations["createTask"];
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
        /** One task with its body, parents, children, runs and comments. */
        get: operations["showTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change fields of a task: what is absent stays, null clears. */
        patch: operations["editTask"];
        trace?: never;
    };
    "/api/v1/tasks/{key}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer the question of a task's last run: the task goes on, and its next run reads the answer. */
        post: operations["answerQuestion"];
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
        /** Put a task away. It keeps its status and starts no more. */
        post: operations["archiveTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files of a task, newest first: what its runs made and what people attached. */
        get: operations["listArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/artifacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of a task, byte for byte. */
        get: operations["downloadArtifact"];
        put?: never;
        post?: never;
        /** Drop a file of a task. */
        delete: operations["dropArtifact"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/artifacts/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The first 64 KiB of a text, or an image of at most 5 MiB. */
        get: operations["previewArtifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Announce a file for a task: each of its runs finds it in its workspace. */
        post: operations["declareAttachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The next piece of an attachment. */
        put: operations["uploadAttachment"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/attachments/{id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All of an attachment has been sent: store it. */
        post: operations["commitAttachment"];
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
        /** Say why a task can't go on. */
        post: operations["blockTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/brief": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the task's run reads, or its next one would. */
        get: operations["showBrief"];
        put?: never;
        post?: never;
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
        /** Cancel a task; a run of it is stopped. */
        post: operations["cancelTask"];
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
        /** Remark on a task. Its run reads it, or its next one. */
        post: operations["commentTask"];
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
        /** A task's history, oldest first. */
        get: operations["listTaskEvents"];
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
        /** Put a task into another column. */
        post: operations["moveTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/parents/{parentKey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let a task wait until another one is done. */
        put: operations["linkParent"];
        post?: never;
        /** Let a task wait no more for another one. */
        delete: operations["unlinkParent"];
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
        /** Bring an archived task back. */
        post: operations["restoreTask"];
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
        /** Start a task afresh, with no attempt charged. */
        post: operations["retryTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{key}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every attempt at a task, newest first, by pages. */
        get: operations["listTaskRuns"];
        put?: never;
        post?: never;
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
        /** Let a blocked task go on. Its attempts stay charged. */
        post: operations["unblockTask"];
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
        /** Says why a task has not started */
        get: operations["whyTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1,000 tasks, all or none. A parent may be '#0', '#1', …: an earlier task of the request. */
        post: operations["createTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the tokens that are good, oldest first; never their values. */
        get: operations["listTokens"];
        put?: never;
        /** Makes an admin key or a worker token. The answer shows it, this once. */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a token: it is dead at the next call. */
        delete: operations["revokeToken"];
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
        /** Says whose token this is. */
        get: operations["whoAmI"];
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
        /** Lists the fleet */
        get: operations["listWorkers"];
        put?: never;
        /** Registers a worker and opens its session */
        post: operations["registerWorker"];
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
        /** Shows one worker */
        get: operations["getWorker"];
        put?: never;
        post?: never;
        /** A worker says goodbye */
        delete: operations["deregisterWorker"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{id}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for offered runs */
        post: operations["claimRuns"];
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
        /** Lets a worker finish and leave */
        post: operations["drainWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{id}/finishes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reports how runs ended */
        post: operations["finishRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renews a worker's leases and tells it what to do */
        post: operations["heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the process serves; asks nothing of the database. */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether calls can be answered: the database answers and has this version's schema. */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
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
        /** @description What a run used, counted from its own start also where it goes on with an earlier run's session. */
        AgentUsage: {
            /** @description The executor that counted. */
            agent?: null | string;
            /**
             * Format: int64
             * @default 0
             */
            cacheReadTokens: number;
            /**
             * Format: int64
             * @default 0
             */
            cacheWriteTokens: number;
            /**
             * Format: double
             * @description As the agent itself says; null where it does not.
             */
            costUsd?: null | number;
            /**
             * Format: int64
             * @description Without those read from a cache or written to it.
             * @default 0
             */
            inputTokens: number;
            model?: null | string;
            /**
             * Format: int64
             * @description Reasoning included.
             * @default 0
             */
            outputTokens: number;
            /**
             * Format: int64
             * @description Of the output, where the agent tells.
             * @default 0
             */
            reasoningTokens: number;
            /** Format: int32 */
            turns?: null | number;
        };
        /**
         * @description Each says what raises it; what is said of an end is what clears it.
         * @enum {unknown}
         */
        AlarmKind: "too-many-runs" | "breaker-opened" | "probe-dead" | "no-room" | "schedule-failed" | "dead-letters" | "worker-quiet" | "broker-away";
        /** @description Something that a person should look at, for as long as its cause lasts. It clears by itself when the cause is gone. */
        AlarmView: {
            /** Format: date-time */
            acknowledgedAt: null | string;
            /** @description Who has said that they see to it; null while nobody has. */
            acknowledgedBy: null | string;
            /**
             * Format: date-time
             * @description When its cause was found gone; null while it lasts.
             */
            clearedAt: null | string;
            /**
             * Format: int32
             * @description How often its cause was met since it was raised.
             */
            count: number;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["AlarmKind"];
            /** Format: date-time */
            lastSeenAt: string;
            /** @description What they said with it. */
            note: null | string;
            /** @description As of the last time that its cause was met. */
            reason: string;
            /** Format: date-time */
            since: string;
            /** @description What it is about: a task's key, or the name of a lane, pool, schedule, worker or queue; `artifacts` for the disk that they lie on, `broker` for the one there is. */
            subject: string;
        };
        /** @description Person → board: the answer to a task's question. 1 to 16,384 characters. */
        AnswerTask: {
            /**
             * @description What the last run was not allowed to do, its next run may, where the host's profile leaves that to people (`allowWhenAnswered`).
             * @default false
             */
            allow: boolean;
            text: string;
        };
        /**
         * @description What a stored file is to its task.
         * @enum {unknown}
         */
        ArtifactKind: "artifact" | "attachment";
        /** @description Board → who uploads: where to go on. */
        ArtifactUpload: {
            /** Format: uuid */
            id: string;
            name: string;
            /**
             * Format: int64
             * @description The first byte the board has not.
             */
            nextOffset: number;
            /** @description The board has this very file already. */
            stored: boolean;
        };
        ArtifactView: {
            /** Format: date-time */
            at: string;
            by: string;
            /** @description As the board sees it from the first bytes: an image's, `text/plain`, or `application/octet-stream`. */
            contentType: string;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["ArtifactKind"];
            name: string;
            /**
             * Format: int32
             * @description Number of the run that made it; null for an attachment.
             */
            run: null | number;
            /** Format: uuid */
            runId: null | string;
            runState: null | components["schemas"]["RunState"];
            sha256: string;
            /** Format: int64 */
            sizeBytes: number;
        };
        /** @description Board → worker: a file that the run is to find in its workspace, as `attachments/NAME`. */
        AttachedFile: {
            /** Format: uuid */
            id: string;
            name: string;
            sha256: string;
            /** Format: int64 */
            sizeBytes: number;
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
            /**
             * Format: int32
             * @description The cap that holds now; null for none.
             */
            limit: null | number;
            /** Format: int32 */
            maxActive: null | number;
            nextChange?: null | components["schemas"]["CapChange"];
            /** @description Where Limit comes from. */
            source: components["schemas"]["CapSource"];
            title: string;
            /** @description The window that sets Limit now; null when none does. */
            window?: null | string;
            windows: string[];
        };
        /**
         * @description Whether a lane stands still because its tasks fail alike.
         * @enum {unknown}
         */
        BreakerState: "open" | "half-open";
        BreakerView: {
            /** @description The run that tries, as in `web-31#2`; null while it is open. */
            canary: null | string;
            /**
             * Format: date-time
             * @description When the next one may go.
             */
            canaryAt: string;
            /**
             * Format: int32
             * @description Between two canaries; it doubles with each that fails, up to an hour.
             */
            coolDownSeconds: number;
            /** @description The words that the errors have in common, without what differs from run to run. */
            error: string;
            /** Format: date-time */
            since: string;
            state: components["schemas"]["BreakerState"];
            /**
             * Format: int32
             * @description That failed so before it opened.
             */
            tasks: number;
        };
        BrokerAddress: {
            /** @description `amqp://user:password@host:port/vhost`, or `amqps://`. */
            uri: string;
        };
        /** @description When a cap changes by itself, and to what; null for no cap. */
        CapChange: {
            /** Format: date-time */
            at: string;
            /** Format: int32 */
            limit: null | number;
        };
        /**
         * @description What happened to the cap of a gateway.
         * @enum {unknown}
         */
        CapMoveKind: "lowered" | "raised" | "frozen" | "thawed";
        CapMoveView: {
            /** Format: date-time */
            at: string;
            /** Format: int32 */
            from: number;
            kind: components["schemas"]["CapMoveKind"];
            reason: string;
            /** Format: int32 */
            to: number;
        };
        CapReplayView: {
            cap: string;
            /**
             * Format: double
             * @description Share of that time in which it was full.
             */
            fullPercent: number;
            /**
             * Format: int32
             * @description The most that it was meanwhile; null for no cap.
             */
            limit: null | number;
            /**
             * Format: double
             * @description Units drawn on average, over the time from the first arrival to the last end.
             */
            meanUsed: number;
            /**
             * Format: int32
             * @description Most units drawn at once.
             */
            peak: number;
        };
        /**
         * @description Where the value of a cap comes from that holds now.
         * @enum {unknown}
         */
        CapSource: "settings" | "configured" | "window" | "controller" | "override" | "parked";
        CapView: {
            /** @description As in `lane codex`, `pool vllm-a`, `host gpu-1`. */
            cap: string;
            /** Format: int32 */
            limit: null | number;
            /** Format: int32 */
            offered: number;
            /** @description More is drawn than it allows since it was lowered; nothing new starts until it is under. */
            over: boolean;
            paused: boolean;
            source: components["schemas"]["CapSource"];
            /** Format: int32 */
            used: number;
        };
        /**
         * @description What a schedule does about times that passed while no board was there.
         * @enum {unknown}
         */
        CatchUp: "none" | "last" | "all";
        /** @description Run → board: I am about to end; are these keys tasks that I made? */
        CheckEnding: {
            /** @description Keys of child tasks that the run claims to have made. */
            created?: null | string[];
        };
        /** @description Exactly one of the two is set. */
        ClaimAnswer: {
            grant: null | components["schemas"]["Grant"];
            refused: null | components["schemas"]["ClaimRefusal"];
            /** Format: uuid */
            runId: string;
        };
        /** @description Board → worker: one answer per claim, in the request's order. */
        ClaimAnswers: {
            answers: components["schemas"]["ClaimAnswer"][];
        };
        ClaimItem: {
            /** Format: uuid */
            runId: string;
            /**
             * Format: int32
             * @description The slot it will take, from 0, within the lane. For display only.
             */
            slot: number;
        };
        /** @enum {unknown} */
        ClaimRefusal: "withdrawn" | "held" | "not-eligible" | "draining" | "unknown" | "host-full" | "failed-here" | null;
        /** @description Worker → board: claims that wait at the same moment, decided in one transaction. 1 to 500 items. */
        ClaimRuns: {
            claims: components["schemas"]["ClaimItem"][];
        };
        CommentView: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: uuid
             * @description The run that remarked; null for a person.
             */
            runId: null | string;
            /**
             * Format: date-time
             * @description When a run of the task first had it, in its brief or in an answer to the run itself; null while none has.
             */
            seenAt?: null | string;
            /** @description That run. */
            seenBy?: null | string;
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
            /** @description When it is open or has another cap, as for a lane. */
            windows?: null | string[];
        };
        /** @description Person → board: a new lane. */
        CreateLane: {
            artifacts?: null | string[];
            /**
             * Format: int32
             * @description Wait before the second attempt after a failure; it doubles with each further one, up to an hour, with jitter. 0 to 3,600, default 5.
             */
            backoffSeconds?: null | number;
            /**
             * Format: int32
             * @description Until the first canary; it doubles with each that fails, up to an hour. 1 to 3,600, default 60.
             */
            breakerCoolDownSeconds?: null | number;
            /**
             * Format: int32
             * @description The stretch within which they do. 1 to 86,400, default 600.
             */
            breakerSeconds?: null | number;
            /**
             * Format: int32
             * @description Tasks that fail by the same error, with no success between, before nothing of the lane starts but one canary at a time. 0 for never, up to 1,000, default 5.
             */
            breakerTasks?: null | number;
            /** @description The only lanes in which its runs may make children, its own not among them unless named; at most 100. None (default): any lane, since a planner's children go wherever their work is done. */
            childLanes?: null | string[];
            /** @description Pools to the units, 1 to 1,000, that each of its runs draws of them. */
            draws?: null | {
                [key: string]: null | number;
            };
            /**
             * Format: int32
             * @description Between TERM and KILL, 0 to 600. Default 10.
             */
            graceSeconds?: null | number;
            /** @description A task that would not end before a window closes, by its own time limit or by nine in ten of the lane's last runs, waits for the next opening. Default false. */
            holdBeforeClose?: null | boolean;
            /**
             * Format: int32
             * @description Most offered and running runs at one time; null for no cap beside its workers' slots.
             */
            maxActive?: null | number;
            /**
             * Format: int32
             * @description Runs of one task before it is set aside, 1 to 100. Default 3.
             */
            maxAttempts?: null | number;
            /**
             * Format: int32
             * @description Runs of one task within 24 hours; then it is blocked, with an alarm. 0 for any number, up to 100,000, default 50.
             */
            maxRunsPerDay?: null | number;
            /**
             * Format: int32
             * @description A run is stopped after this; null for no limit. 1 s to 30 days.
             */
            maxRuntimeSeconds?: null | number;
            name: string;
            onDisconnect?: null | components["schemas"]["OnDisconnect"];
            /** @description The profile, defined on each worker's host, that carries out its work. Default `shell`. */
            profile?: null | string;
            /** @description By class (`task`, `agent`, `provider`, `host`, `board`). Default: `provider` 20 runs from 30 s on, `board` 100, the rest together MaxAttempts. */
            retries?: null | {
                [key: string]: components["schemas"]["RetryRule"];
            };
            /**
             * Format: int32
             * @description Retries that may start in a minute whatever the share. 0 to 100,000, default 10.
             */
            retriesPerMinute?: null | number;
            retry?: null | components["schemas"]["RetryMode"];
            /**
             * Format: int32
             * @description Share of the runs of a minute that may try again what has failed; beyond it retries wait and fresh tasks go on. 0 to 100, default 20.
             */
            retryPercent?: null | number;
            /**
             * Format: int32
             * @description A run that writes nothing for this long is stopped; null for no limit.
             */
            silenceSeconds?: null | number;
            /** @description When it is open (`22:00-06:00 Europe/Berlin`: closed outside) or has another cap (`mon-fri 08:00-18:00 Europe/Berlin = 2`); the lowest of those that are open holds. */
            windows?: null | string[];
            /** @description Where its runs work unless their task says otherwise: `scratch` (default), `dir:PATH` or `worktree:REPOSITORY`. */
            workspace?: null | string;
        };
        /** @description Person → board: a new pool. */
        CreatePool: {
            /** @description Of the gateway, or of the Prometheus: `http://gpu-1:8000`. */
            address?: null | string;
            /**
             * Format: int32
             * @description Units, 0 to 100,000. Default for a gateway 2; must be given for any other kind.
             */
            capacity?: null | number;
            /**
             * Format: int32
             * @description A gateway's cap is not moved above; null for its capacity.
             */
            ceiling?: null | number;
            /**
             * Format: int32
             * @description A gateway's cap is not moved below.
             */
            floor?: null | number;
            /**
             * Format: double
             * @description At most so much of it is healthy. Default half of OverloadAbove.
             */
            healthyBelow?: null | number;
            /** @description Name of an environment variable of the board service that holds the key for the probe; it begins with `KANBAN_KEY_`. */
            key?: null | string;
            kind?: null | components["schemas"]["PoolKind"];
            /** @description Lower-case letters, digits and hyphens, 1 to 40; for a host `host:` and its name. */
            name: string;
            /** @description For people. */
            note?: null | string;
            /**
             * Format: double
             * @description Requests that wait, or the expression's value, from where on it is overloaded. Default for requests 2.
             */
            overloadAbove?: null | number;
            probe?: null | components["schemas"]["ProbeKind"];
            /** @description Units that each run of a lane with this profile draws. */
            profiles?: null | {
                [key: string]: null | number;
            };
            /** @description The expression that a Prometheus is asked for. */
            query?: null | string;
            /** @description When it has another capacity, as in `mon-fri 08:00-18:00 Europe/Berlin = 2`; the lowest of those that are open holds. */
            windows?: null | string[];
        };
        /** @description Person → board: tasks that come again and again. */
        CreateSchedule: {
            catchUp?: null | components["schemas"]["CatchUp"];
            /**
             * Format: int32
             * @description Most tasks that `catchUp: all` makes at once, 1 to 100. Default 10.
             */
            catchUpLimit?: null | number;
            /** @description Five fields (minute, hour, day of month, month, day of week; `0 3 * * mon-fri`), six with seconds before them, or `@hourly`, `@daily`, `@weekly`, `@monthly`. */
            cron: string;
            /**
             * Format: int32
             * @description Each task is due so long after its time; null for no due time.
             */
            dueSeconds?: null | number;
            /** @description Lower-case letters, digits and hyphens, 1 to 40. */
            name: string;
            /** @description For people. */
            note?: null | string;
            overlap?: null | components["schemas"]["Overlap"];
            /** @description What each task is made from; without parents, times and an idempotency key. */
            task: components["schemas"]["CreateTask"];
            /** @description As in `Europe/Berlin`. Default UTC. */
            timeZone?: null | string;
        };
        /** @description Person or run → board: one new task. */
        CreateTask: {
            /** @description By what one tells that it is done, Markdown; at most 16,384 characters. Part of the brief. */
            acceptance?: null | string;
            /** @description Files of its workspace that the board keeps when a run has ended, beside those that its lane names: `report.md`, `out/**`, `*.log`; at most 32. */
            artifacts?: null | string[];
            /** @description The board's key. Default: the board `main`. */
            board?: null | string;
            /** @description What to do, Markdown or a script; at most 256 KiB of UTF-8. */
            body?: null | string;
            /** @description Pools to the units, 1 to 1,000, that its runs draw of them; for a pool that its lane or profile names too, this is what counts. */
            draws?: null | {
                [key: string]: null | number;
            };
            /**
             * Format: date-time
             * @description When it should have ended; shown and listed, nothing acts on it.
             */
            due?: null | string;
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
            onLimit?: null | components["schemas"]["OnLimit"];
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
            /** @description Where its runs work: `scratch`, `dir:PATH` or `worktree:REPOSITORY`, as the profile on the worker's host allows; default: as its lane says. */
            workspace?: null | string;
        };
        /** @description Person → board: many tasks in one transaction, at most 1,000. A parent may name a task of the same request as `#0`, `#1`, … by its index. */
        CreateTasks: {
            tasks: components["schemas"]["CreateTask"][];
        };
        CreateToken: {
            kind: components["schemas"]["TokenKind"];
            name: string;
        };
        /** @description Worker → board: a message it could not read or handle, with why. The board keeps it for a person. */
        DeadLetter: {
            /**
             * Format: byte
             * @description The message's bytes, base64; cut at 64 KiB.
             */
            body: string;
            /**
             * Format: int64
             * @description How many it had, where the body is cut; null: the body is whole.
             */
            bytes?: null | number;
            contentType: null | string;
            queue: string;
            reason: string;
        };
        /** @description A message that was put aside. */
        DeadLetterView: {
            /** Format: date-time */
            at: string;
            /**
             * Format: byte
             * @description Its bytes, base64, at most 64 KiB; only in the answer about one.
             */
            body: null | string;
            /**
             * Format: int64
             * @description Of the message; more than Body holds where it was cut.
             */
            bytes: number;
            contentType: null | string;
            /** @description Who could not read it: `worker:gpu-1`, or `board` for what the broker set aside. */
            from: string;
            /** Format: uuid */
            id: string;
            /** @description Whence it came, and where a resend puts it. */
            queue: string;
            reason: string;
        };
        /** @description Run or person → board: a file that is about to be uploaded. */
        DeclareArtifact: {
            /** @description A label, with `/` between folders: 1 to 400 characters, no `.` or `..` between them. An attachment's has no folders. The same name again replaces the file. */
            name: string;
            /** @description 64 hexadecimal digits; what arrives is held against it. Null: the board says what it got. */
            sha256?: null | string;
            /** Format: int64 */
            sizeBytes: number;
        };
        /** @description Person → board: make one pass of admission now, through the same gate as every other. */
        Dispatch: {
            /**
             * @description Only say what would start, and start nothing.
             * @default false
             */
            dryRun: boolean;
            /**
             * Format: int32
             * @description Most tasks to start, 1 to 1,000; null for as many as the caps and slots allow in one pass.
             */
            max?: null | number;
        };
        DispatchView: {
            /** @description Nothing was started. */
            dryRun: boolean;
            /** @description Another pass would start more at once. */
            more: boolean;
            /** @description Offered now, or what would be, first the one to start first. */
            starts: components["schemas"]["StartView"][];
            /** @description What is ready and does not start, lane by lane. */
            waits: components["schemas"]["LaneWaitView"][];
        };
        /** @description Person → board, JSON merge patch: what is absent stays, `null` clears. */
        EditBoard: {
            /** Format: int32 */
            maxActive?: null | number;
            /** @description Why; kept in the history. */
            reason?: null | string;
            title?: null | string;
            windows?: null | string[];
        };
        /** @description Person → board, JSON merge patch: what is absent stays, `null` clears; in `draws` and `retries` too. */
        EditLane: {
            artifacts?: null | string[];
            /** Format: int32 */
            backoffSeconds?: null | number;
            /** Format: int32 */
            breakerCoolDownSeconds?: null | number;
            /** Format: int32 */
            breakerSeconds?: null | number;
            /** Format: int32 */
            breakerTasks?: null | number;
            childLanes?: null | string[];
            draws?: null | {
                [key: string]: null | number;
            };
            /** Format: int32 */
            graceSeconds?: null | number;
            holdBeforeClose?: null | boolean;
            /** Format: int32 */
            maxActive?: null | number;
            /** Format: int32 */
            maxAttempts?: null | number;
            /** Format: int32 */
            maxRunsPerDay?: null | number;
            /** Format: int32 */
            maxRuntimeSeconds?: null | number;
            onDisconnect?: null | components["schemas"]["OnDisconnect"];
            profile?: null | string;
            /** @description Why; kept in the history. */
            reason?: null | string;
            retries?: null | {
                [key: string]: components["schemas"]["RetryRule"];
            };
            /** Format: int32 */
            retriesPerMinute?: null | number;
            retry?: null | components["schemas"]["RetryMode"];
            /** Format: int32 */
            retryPercent?: null | number;
            /** Format: int32 */
            silenceSeconds?: null | number;
            /** @description All of them; what is left out goes. */
            windows?: null | string[];
            workspace?: null | string;
        };
        /** @description Person → board, JSON merge patch. */
        EditOrder: {
            /** @description Why; kept in the history. */
            reason?: null | string;
            /** @description By key, 1 to 1,000; `null` is 1 again, and for all of them when it stands for the whole. */
            weights?: null | {
                [key: string]: null | number;
            };
        };
        /** @description Person → board, JSON merge patch: what is absent stays, `null` clears; in `profiles` too. */
        EditPool: {
            address?: null | string;
            /**
             * Format: int32
             * @description Of a gateway with a probe: where its cap goes on from, or, held, what it stays.
             */
            capacity?: null | number;
            /** Format: int32 */
            ceiling?: null | number;
            /** Format: int32 */
            floor?: null | number;
            /** Format: double */
            healthyBelow?: null | number;
            /** @description True: the cap stays as it is, or as Capacity says, until false releases it to the controller. */
            hold?: null | boolean;
            key?: null | string;
            note?: null | string;
            /** Format: double */
            overloadAbove?: null | number;
            probe?: null | components["schemas"]["ProbeKind"];
            profiles?: null | {
                [key: string]: null | number;
            };
            query?: null | string;
            /** @description Why; kept in the history. */
            reason?: null | string;
            /** @description All of them; what is left out goes. */
            windows?: null | string[];
        };
        /** @description Person → board, JSON merge patch: what is absent stays, `null` clears; in `task` too. */
        EditSchedule: {
            catchUp?: null | components["schemas"]["CatchUp"];
            /** Format: int32 */
            catchUpLimit?: null | number;
            cron?: null | string;
            /** Format: int32 */
            dueSeconds?: null | number;
            note?: null | string;
            overlap?: null | components["schemas"]["Overlap"];
            /** @description Why; kept in the history. */
            reason?: null | string;
            task?: unknown;
            timeZone?: null | string;
        };
        /** @description Person → board, JSON merge patch: what is absent stays, `null` clears; in `draws` too. */
        EditTask: {
            acceptance?: null | string;
            artifacts?: null | string[];
            body?: null | string;
            draws?: null | {
                [key: string]: null | number;
            };
            /** Format: date-time */
            due?: null | string;
            host?: null | string;
            labels?: null | string[];
            lane?: null | string;
            /** Format: int32 */
            maxRuntimeSeconds?: null | number;
            needs?: null | string[];
            /** Format: date-time */
            notBefore?: null | string;
            onLimit?: null | components["schemas"]["OnLimit"];
            /** Format: int32 */
            priority?: null | number;
            title?: null | string;
            workspace?: null | string;
        };
        /** @enum {unknown} */
        ErrorClass: "task" | "agent" | "provider" | "host" | "board" | null;
        /** @description A change on the board, in the shape of CloudEvents 1.0. */
        EventView: {
            /** @description Who did it: `key:admin`, `worker:gpu-1`, `run:web-42/2`, `schedule:nightly`, `board`. */
            actor: string;
            board: null | string;
            data: components["schemas"]["JsonElement"];
            /** @description Cursor: opaque, ordered; give it as `after` or `Last-Event-ID`. */
            id: string;
            lane: null | string;
            pool?: null | string;
            /** Format: uuid */
            runId: null | string;
            schedule?: null | string;
            /** @description `/boards/web`, `/lanes/gpu`, `/pools/vllm-a`, `/schedules/nightly`, `/workers/gpu-1`, `/order`, `/alarms`. */
            source: string;
            specVersion: string;
            /** @description The task's key, lane, pool, schedule or worker. */
            subject: string;
            taskKey: null | string;
            /** @description What happened, as a sentence for people; its words may change. Programs read Data. */
            text?: null | string;
            /** Format: date-time */
            time: string;
            /** @description `dev.kanbanbus.task.created.v1` and so on: EventTypes with prefix and version. */
            type: string;
            workerId: null | string;
        };
        FinishAnswer: {
            /** Format: uuid */
            runId: string;
            state: null | components["schemas"]["RunState"];
            verdict: components["schemas"]["FinishVerdict"];
        };
        FinishAnswers: {
            answers: components["schemas"]["FinishAnswer"][];
        };
        FinishItem: {
            class?: null | components["schemas"]["ErrorClass"];
            /** Format: int32 */
            exitCode?: null | number;
            /**
             * Format: int64
             * @description From the grant. The board refuses every token but the latest and keeps the result as late.
             */
            fencingToken: number;
            met?: null | components["schemas"]["RunMet"];
            /** @description Any JSON of the run's own, at most 64 KiB. */
            metadata?: unknown;
            outcome: components["schemas"]["Outcome"];
            /**
             * @description With outcome `blocked`: the reason is a question, whose answer lets the task go on.
             * @default false
             */
            question: boolean;
            /** @description Why, where the outcome is not success. */
            reason?: null | string;
            /**
             * Format: double
             * @description The same as a length of time from now.
             */
            retryAfterSeconds?: null | number;
            /**
             * Format: date-time
             * @description When the limit resets that the run met, as its provider said it; with class `provider` it parks the accounts that the run draws from.
             */
            retryAt?: null | string;
            /** Format: uuid */
            runId: string;
            /** @description The agent's session, for the task's next run with this worker; at most 200 characters. */
            session?: null | string;
            /** @description What children and people read; at most 4,000 characters. */
            summary?: null | string;
            /** @description Tokens, cost, session id, as the executor reports them. */
            usage?: unknown;
        };
        /** @description Worker → board: runs that ended, decided in one transaction. 1 to 500 items. Repeat until answered. */
        FinishRuns: {
            finishes: components["schemas"]["FinishItem"][];
        };
        /**
         * @description What the board made of a finish. The worker is done with the run in every case.
         * @enum {unknown}
         */
        FinishVerdict: "accepted" | "repeated" | "late" | "unknown";
        /** @description A gateway's probe and controller. */
        GatewayView: {
            address: null | string;
            /**
             * Format: double
             * @description Since the last probe; null before the first.
             */
            ageSeconds: null | number;
            /**
             * Format: int32
             * @description Where the controller stands.
             */
            cap: number;
            /** @description Why the last probe failed. */
            fault: null | string;
            /** @description Why the cap does not move now; null when it does. */
            frozen: null | string;
            /**
             * Format: double
             * @description At most so much of it is healthy; between the two the cap stays.
             */
            healthyBelow: null | number;
            /** @description A person's cap holds until it is released. */
            held: boolean;
            /** @description Name of the board's environment variable that holds the key for the probe. */
            key: null | string;
            /** @description The last ones, newest first; only where one pool is shown. */
            moves: components["schemas"]["CapMoveView"][];
            /**
             * Format: double
             * @description Requests that wait, or the expression's value, from where on it is overloaded.
             */
            overloadAbove: null | number;
            probe: components["schemas"]["ProbeKind"];
            /** Format: date-time */
            probedAt: null | string;
            query: null | string;
            signals: null | components["schemas"]["SignalsView"];
            /**
             * Format: int32
             * @description The last cap that stood a healthy and saturated stretch.
             */
            stable: null | number;
        };
        /** @description Board → worker: the lease, and all a worker needs to carry out the run. */
        Grant: {
            /**
             * @description A person allowed what the task's last run was refused. What that was only the worker knows, and only its profile says whether it counts.
             * @default false
             */
            allowed: boolean;
            /** @description Patterns of what the board keeps of its workspace; null for none. */
            artifacts?: null | string[];
            /** @description What it is to find in the folder `attachments` of its workspace; null for nothing. */
            attachments?: null | components["schemas"]["AttachedFile"][];
            /** Format: int32 */
            attempt: number;
            /** @description The task's body as it stands: a script for the shell executor. */
            body: string;
            /** @description One Markdown document: title, body, parents' results, earlier runs, comments. */
            brief: string;
            /**
             * Format: int64
             * @description Rises with each lease of the task. Every write of the run bears it.
             */
            fencingToken: number;
            lane: string;
            /**
             * Format: double
             * @description From now to expiry unless renewed. The worker measures it by its own monotonic clock.
             */
            leaseSeconds: number;
            limits: components["schemas"]["RunLimits"];
            parents: components["schemas"]["ParentResult"][];
            /** @description The profile to run it with, as the worker's host defines it. */
            profile: string;
            /** Format: uuid */
            runId: string;
            /** @description Bearer token for what the run itself writes (log, comments); good for this run alone and dead when its lease is. */
            runToken: string;
            /** @description The agent's session that the task's last run left with this worker, to go on with; null to begin anew. */
            session?: null | string;
            taskKey: string;
            title: string;
            /** @description Where it works: `scratch`, `dir:PATH` or `worktree:REPOSITORY`; null for the profile's own. */
            workspace?: null | string;
        };
        HealthView: {
            /** @description What the board runs on. Only for callers with an admin key. */
            detail?: null | string;
            /** @description `live`, `ready`, `starting` or `unavailable`. */
            status: string;
            version?: null | string;
        };
        /** @description Worker → board, one per worker per interval: renews the leases of all its runs with one statement. */
        Heartbeat: {
            draining: boolean;
            freeSlots: {
                [key: string]: number;
            };
            /**
             * Format: double
             * @description One-minute load average of the host, for display.
             */
            load?: null | number;
            /** @description What its runs met of their gateways since the last heartbeat; null for nothing. */
            met?: null | components["schemas"]["RunMet"][];
            /** @description Of runs of which something is new; null for none. */
            progress?: null | components["schemas"]["RunProgress"][];
            /** @description Why it takes no new work for now (its host is short of memory, disk or processor time); null when it does. */
            quiet?: null | string;
            runs: components["schemas"]["HeldRun"][];
        };
        HeldRun: {
            /** Format: int64 */
            fencingToken: number;
            /** Format: uuid */
            runId: string;
        };
        HolderView: {
            host: null | string;
            profile: string;
            /**
             * Format: double
             * @description Since it started, or was offered.
             */
            seconds: number;
            taskKey: string;
            /**
             * Format: int32
             * @description What it draws of that for which the task waits.
             */
            units: number;
            /** @description Null while its offer is unclaimed. */
            workerId: null | string;
        };
        JsonElement: unknown;
        LaneReplayView: {
            lane: string;
            waits: components["schemas"]["WaitsView"];
        };
        LaneView: {
            artifacts?: null | string[];
            /** Format: int32 */
            backoffSeconds: number;
            /** @description Which cap lets no more of its work start now, in words; null when none does. */
            binds: null | string;
            breaker?: null | components["schemas"]["BreakerView"];
            /**
             * Format: int32
             * @default 0
             */
            breakerCoolDownSeconds: number;
            /**
             * Format: int32
             * @default 0
             */
            breakerSeconds: number;
            /**
             * Format: int32
             * @default 0
             */
            breakerTasks: number;
            childLanes?: null | string[];
            draws: {
                [key: string]: number;
            };
            /** Format: int32 */
            graceSeconds: number;
            /** @default false */
            holdBeforeClose: boolean;
            /**
             * Format: int32
             * @description The cap that holds now; null for none beside its workers' slots.
             */
            limit: null | number;
            /** Format: int32 */
            maxActive: null | number;
            /** Format: int32 */
            maxAttempts: number;
            /**
             * Format: int32
             * @default 0
             */
            maxRunsPerDay: number;
            /** Format: int32 */
            maxRuntimeSeconds: null | number;
            name: string;
            nextChange?: null | components["schemas"]["CapChange"];
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
            /** @description The rule for each class of fault. */
            retries?: null | {
                [key: string]: components["schemas"]["RetryRule"];
            };
            /**
             * Format: int32
             * @default 0
             */
            retriesPerMinute: number;
            retry: components["schemas"]["RetryMode"];
            /**
             * Format: int32
             * @default 0
             */
            retryPercent: number;
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
            /** @description Where Limit comes from. */
            source: components["schemas"]["CapSource"];
            /** @description The window that sets Limit now; null when none does. */
            window?: null | string;
            windows: string[];
            /** Format: int32 */
            workers: number;
            workspace?: null | string;
        };
        LaneWaitView: {
            /** @description The first of them in line. */
            first: string;
            lane: string;
            /**
             * Format: int32
             * @description How many tasks of the lane are ready and do not start.
             */
            ready: number;
            /** @description Why that one waits. */
            reason: string;
        };
        /** @description What a run reported after it had lost its lease. It changed nothing, unless a person adopted it. */
        LateResult: {
            /** Format: date-time */
            adoptedAt?: null | string;
            /** @description Who ended the task with it. */
            adoptedBy?: null | string;
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
        /** @description Every cap with what is drawn of it, read at one moment. */
        LedgerView: {
            caps: components["schemas"]["CapView"][];
            /** @description What does not add up, a sentence each; empty when all is well. */
            faults: string[];
        };
        /** @description Board → run: the next offset it wants. A chunk that starts beyond it was refused with 409 and this body. */
        LogAnswer: {
            /** Format: int64 */
            nextOffset: number;
            stream: string;
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
        LoginLink: {
            /** Format: date-time */
            expiresAt: string;
            url: string;
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
         * @description What becomes of a task whose run met its account's limit.
         * @default wait
         * @enum {unknown}
         */
        OnLimit: "wait" | "retry";
        /** @description Board → worker, in answer to registration and to each heartbeat. */
        Orders: {
            /** @description Take no new work; leave when the running work has ended. */
            drain: boolean;
            /** @description Runs whose lease is gone: end them; a result is kept as late. */
            forget: string[];
            /** @description Comments on the tasks of its runs that these have not seen; told again until they have. Null for none. */
            messages?: null | components["schemas"]["RunMessage"][];
            /** @description Every queue to consume now, with the lane whose slots it feeds. */
            queues: components["schemas"]["QueueOrder"][];
            /** @description Runs to end, with why; the worker reports them as `stopped`. */
            stop: components["schemas"]["StopOrder"][];
        };
        /** @description By what admission orders ready tasks, what it keeps for whom, and how long it took lately. */
        OrderView: {
            /**
             * Format: double
             * @description What one point of priority is worth in waiting.
             */
            ageingStepSeconds: number;
            /** @description `board`, `creator`, `label:PREFIX` or `none`: between whose tasks turns within one step are shared out. */
            fairBetween: string;
            passes: components["schemas"]["PassesView"];
            reservations: components["schemas"]["ReservationView"][];
            /**
             * Format: double
             * @description How long past its turn a task that does not fit is passed by others.
             */
            reserveAfterSeconds: number;
            /** @description Every key that has live runs or a weight. */
            shares: components["schemas"]["ShareView"][];
        };
        /**
         * @description How the worker saw the run end.
         * @enum {unknown}
         */
        Outcome: "succeeded" | "failed" | "stopped" | "timed-out" | "released" | "lost" | "blocked" | "review";
        /**
         * @description What a schedule does when its time comes and its last task has not ended.
         * @enum {unknown}
         */
        Overlap: "skip" | "queue" | "replace" | "allow";
        /** @description A page of a list. */
        PageOfAlarmView: {
            items: components["schemas"]["AlarmView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfArtifactView: {
            items: components["schemas"]["ArtifactView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfBoardView: {
            items: components["schemas"]["BoardView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfDeadLetterView: {
            items: components["schemas"]["DeadLetterView"][];
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
        PageOfPoolView: {
            items: components["schemas"]["PoolView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfRunView: {
            items: components["schemas"]["RunView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfScheduleView: {
            items: components["schemas"]["ScheduleView"][];
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
        PageOfTokenView: {
            items: components["schemas"]["TokenView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        /** @description A page of a list. */
        PageOfWorkerView: {
            items: components["schemas"]["WorkerView"][];
            /** @description Give it as `after` to read on; null on the last page. */
            nextCursor: null | string;
        };
        ParentResult: {
            key: string;
            metadata: null | components["schemas"]["JsonElement"];
            summary: null | string;
            title: string;
        };
        /** @description The last passes of the replica that answers, at most a thousand. */
        PassesView: {
            /** Format: int32 */
            count: number;
            /** Format: double */
            longestMs: number;
            /** Format: double */
            medianMs: number;
            /** Format: double */
            p99Ms: number;
        };
        /**
         * @description What a pool stands for.
         * @enum {unknown}
         */
        PoolKind: "fixed" | "gateway" | "account" | "host" | "global";
        PoolView: {
            /**
             * Format: int32
             * @description As configured; null for none, which only `all` has.
             */
            capacity: null | number;
            /** Format: int32 */
            ceiling: null | number;
            /** Format: date-time */
            createdAt: string;
            /** Format: int32 */
            floor: null | number;
            gateway?: null | components["schemas"]["GatewayView"];
            kind: components["schemas"]["PoolKind"];
            /**
             * Format: int32
             * @description What holds now; null for no cap.
             */
            limit: null | number;
            name: string;
            nextChange?: null | components["schemas"]["CapChange"];
            note: null | string;
            /**
             * Format: int32
             * @description Those of them that unclaimed offers draw.
             */
            offered: number;
            /**
             * Format: date-time
             * @description When it has all its units again: after ParkedUntil it starts with one, and doubles.
             */
            openAt?: null | string;
            /** @description By which run. */
            parkedReason?: null | string;
            /**
             * Format: date-time
             * @description When an account's limit resets; null when it is not parked. Until then nothing draws from it.
             */
            parkedUntil?: null | string;
            paused: boolean;
            pausedReason: null | string;
            profiles: {
                [key: string]: number;
            };
            /** @description Where Limit comes from. */
            source: components["schemas"]["CapSource"];
            /**
             * Format: int32
             * @description Units drawn by live runs, unclaimed offers included.
             */
            used: number;
            /** Format: int64 */
            version: number;
            /** @description The one of them that sets Limit now; null when none does. */
            window?: null | string;
            /** @description When it has another capacity. */
            windows: string[];
        };
        /**
         * @description How a gateway's load is seen.
         * @enum {unknown}
         */
        ProbeKind: "vllm" | "llamacpp" | "ollama" | "litellm" | "prometheus" | "openai" | "runs";
        Problem: {
            code: string;
            detail: string;
            errors?: {
                detail: string;
                pointer: string;
            }[];
            status: number;
            title: string;
            type?: string;
        };
        ProblemDetails: {
            detail?: null | string;
            instance?: null | string;
            /** Format: int32 */
            status?: null | number;
            title?: null | string;
            type?: null | string;
        };
        QueueOrder: {
            lane: string;
            queue: string;
        };
        /** @description Board → worker: how to talk from here on. */
        Registered: {
            broker: null | components["schemas"]["BrokerAddress"];
            /** Format: double */
            heartbeatSeconds: number;
            /** Format: double */
            leaseSeconds: number;
            orders: components["schemas"]["Orders"];
            /**
             * Format: int32
             * @description The version that both speak from here on.
             * @default 1
             */
            protocol: number;
            /** @description Bearer token of this registration, for heartbeats, claims and finishes. */
            sessionToken: string;
            workerId: string;
        };
        /** @description Worker → board, with a worker token: I am here. A new registration of an id ends its older session; while that belongs to another instance and lives, the newer one is refused. */
        RegisterWorker: {
            /** @description The host's boot id; a change says that every process is gone. */
            bootId: null | string;
            /** @description What it has: `cuda`, `repo=web`, `mem=128`. */
            capabilities: string[];
            /** @description Runs it still holds from before, with their tokens: taken up again if their leases stand. */
            held: components["schemas"]["HeldRun"][];
            host: string;
            /** @description Stable over restarts of the same worker; default host and process name. */
            id: string;
            /** @description Names the state directory that one process at a time may use: the same one says that the older process is gone. Without it, the newer one always wins. */
            instance?: null | string;
            /** @description Slots per lane it serves, 1 to 10,000 each. */
            lanes: {
                [key: string]: number;
            };
            /**
             * Format: int32
             * @description The oldest version that it understands too; null for Protocol alone.
             */
            oldestProtocol?: null | number;
            /**
             * Format: int32
             * @description For display, and on a single host for liveness.
             */
            processId: number;
            /** @description Names of the profiles its host defines. */
            profiles: string[];
            /**
             * Format: int32
             * @description Version of this protocol; the board answers 426 to one it does not speak.
             */
            protocol: number;
            /** @description The worker's own version. */
            version: string;
        };
        ReplayView: {
            caps: components["schemas"]["CapReplayView"][];
            lanes: components["schemas"]["LaneReplayView"][];
            waits: components["schemas"]["WaitsView"];
        };
        /** @description Units of a cap that are kept, as they become free, for the task that has starved for them the longest. */
        ReservationView: {
            /** @description As in `lane codex`, `pool vllm-a`. */
            cap: string;
            /** Format: date-time */
            since: string;
            taskKey: string;
            /** Format: int32 */
            units: number;
        };
        /**
         * @description What happens to a task whose run failed or was lost.
         * @enum {unknown}
         */
        RetryMode: "auto" | "ask" | "never";
        /** @description How often, and after which wait, a task is tried again whose run ended by one class of fault. */
        RetryRule: {
            /**
             * Format: int32
             * @description Runs that may end so before the task is set aside, 1 to 1,000; null: they count together against the lane's `maxAttempts`.
             */
            attempts?: null | number;
            /**
             * Format: int32
             * @description Before the next one; it doubles each time, up to an hour, with jitter. 0 to 3,600; null for the lane's `backoffSeconds`.
             */
            backoffSeconds?: null | number;
        };
        /** @description Board → run: the lease that its token belongs to. Who reads this held it at Now, with the task's latest token. */
        RunLease: {
            /**
             * Format: date-time
             * @description Unless its worker renews it first.
             */
            expiresAt: string;
            /** Format: int64 */
            fencingToken: number;
            /**
             * Format: date-time
             * @description The board's clock.
             */
            now: string;
            reason: null | string;
            /** Format: uuid */
            runId: string;
            /** @description It was asked to stop. */
            stopping: boolean;
            taskKey: string;
            /**
             * Format: int32
             * @description Comments on its task that it has not read yet.
             */
            unseen: number;
        };
        RunLimits: {
            /**
             * Format: int32
             * @description Between TERM and KILL.
             */
            graceSeconds: number;
            /**
             * Format: int32
             * @description From the start; null for no limit.
             */
            maxRuntimeSeconds: null | number;
            onDisconnect: components["schemas"]["OnDisconnect"];
            /**
             * Format: int32
             * @description Since the last byte of output; null for no limit.
             */
            silenceSeconds: null | number;
        };
        /** @description Board → worker → run, as a line of the file `KANBAN_INBOX_FILE`. */
        RunMessage: {
            comment: components["schemas"]["CommentView"];
            /** Format: uuid */
            runId: string;
        };
        /** @description What a run met of the gateways it draws from. */
        RunMet: {
            /**
             * Format: int32
             * @description Requests that were answered and whose time is known.
             */
            answered: number;
            /**
             * Format: double
             * @description How long these took, together.
             */
            answeredMs: number;
            /** Format: int64 */
            fencingToken: number;
            /**
             * Format: int32
             * @description Requests that were answered 429 or 503.
             */
            refused: number;
            /** Format: uuid */
            runId: string;
            /**
             * Format: int32
             * @description Requests that it gave up.
             */
            timedOut: number;
        };
        /** @description What is known of a run's agent while it works. */
        RunProgress: {
            /** Format: int64 */
            fencingToken: number;
            /** @description Ids of comments that the worker has spoken into the agent's session; null for none. */
            heard?: null | number[];
            /** Format: uuid */
            runId: string;
            /** @description At most 200 characters. */
            session: null | string;
            usage: null | components["schemas"]["AgentUsage"];
        };
        /** @description Run → board: I am at work. */
        RunPulse: {
            /** @description What it is at, for people; at most 2,000 characters. */
            note?: null | string;
        };
        /**
         * @description Where a run stands. The last six are final.
         * @enum {unknown}
         */
        RunState: "offered" | "running" | "stopping" | "succeeded" | "failed" | "cancelled" | "timed-out" | "lost" | "withdrawn";
        RunView: {
            class?: null | components["schemas"]["ErrorClass"];
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
            /** @description The session of its agent, as soon as it is known. */
            session?: null | string;
            /** Format: date-time */
            startedAt: null | string;
            state: components["schemas"]["RunState"];
            summary: null | string;
            taskKey: string;
            usage: null | components["schemas"]["JsonElement"];
            workerId: null | string;
        };
        ScheduleView: {
            catchUp: components["schemas"]["CatchUp"];
            /** Format: int32 */
            catchUpLimit: number;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            cron: string;
            /** Format: int32 */
            dueSeconds: null | number;
            /**
             * Format: date-time
             * @description The last time that made a task.
             */
            lastAt: null | string;
            /** @description Key of that task. */
            lastTask: null | string;
            name: string;
            /** @description The times to come, the nearest first, at most five; none while it is paused. */
            next: string[];
            note: null | string;
            overlap: components["schemas"]["Overlap"];
            paused: boolean;
            pausedReason: null | string;
            /** @description Why its last time made no task; null when it did, or when that was as told. */
            problem: null | string;
            /**
             * Format: date-time
             * @description The time whose task waits until the last one has ended; null when none does.
             */
            queuedAt: null | string;
            task: components["schemas"]["CreateTask"];
            timeZone: string;
            /** Format: int64 */
            version: number;
        };
        ShareView: {
            /** Format: int32 */
            active: number;
            /** @description A board's key, a creator, or a label. */
            key: string;
            /**
             * Format: int32
             * @description What its live runs are divided by; the least quotient goes next. Default 1.
             */
            weight: number;
        };
        /** @description What one look at a gateway saw; null for what its probe does not tell. */
        SignalsView: {
            /**
             * Format: double
             * @description Share of the KV cache in use, 0 to 1.
             */
            cacheUse: null | number;
            /**
             * Format: double
             * @description How long its answers take.
             */
            latencyMs: null | number;
            /**
             * Format: int32
             * @description Requests it refused (429, 503) since the last look.
             */
            refused: number;
            /**
             * Format: double
             * @description How long runs waited for their requests since then, on average.
             */
            runLatencyMs: null | number;
            /**
             * Format: double
             * @description Requests it works on.
             */
            running: null | number;
            /**
             * Format: int32
             * @description Requests that timed out since then.
             */
            timedOut: number;
            /**
             * Format: int32
             * @description Lines of the answer that could not be read.
             */
            unread: number;
            /**
             * Format: int32
             * @description Units of the pool that live runs drew.
             */
            used: number;
            /**
             * Format: double
             * @description The expression's.
             */
            value: null | number;
            /**
             * Format: double
             * @description Requests in its queue.
             */
            waiting: null | number;
        };
        /** @description Person → board: replay what arrived lately against other caps. Nothing is changed. */
        Simulate: {
            /**
             * @description What is to be other: `pool.vllm-a`, `lane.batch`, `board.web`, `host.gpu-1` or `all` with a number of units or `none`;
             *                 with `.window` behind it, windows as caps take them, `;` between.
             */
            set?: null | {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description How far back arrivals are taken from, 60 to 2,592,000 (30 days). Default a day.
             */
            sinceSeconds?: null | number;
        };
        SimulationView: {
            /** @description What was left out or thought up, a sentence each. */
            notes: string[];
            /** @description Replayed with the workers and caps of now. */
            now: components["schemas"]["ReplayView"];
            /** @description Replayed with the workers of now and the caps that were asked about. */
            proposed: components["schemas"]["ReplayView"];
            /** @description How long they waited in truth, by the workers and caps of then. */
            recorded: components["schemas"]["WaitsView"];
            /**
             * Format: int32
             * @description How many.
             */
            runs: number;
            /**
             * Format: date-time
             * @description From when on arrivals were replayed.
             */
            since: string;
        };
        StartSession: {
            token: string;
        };
        StartView: {
            board: string;
            /** @description Units of pools that its run draws. */
            draws: {
                [key: string]: number;
            };
            host: null | string;
            lane: string;
            task: string;
        };
        /**
         * @description Where a task stands; the board's columns, in their order.
         * @enum {unknown}
         */
        Status: "triage" | "todo" | "scheduled" | "ready" | "running" | "blocked" | "review" | "done" | "failed" | "cancelled";
        StopOrder: {
            reason: string;
            /** Format: uuid */
            runId: string;
        };
        /** Format: binary */
        Stream: string;
        /** @description A task with everything that hangs on it. Lists hold the newest 200. */
        TaskDetail: {
            acceptance?: null | string;
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
            artifacts?: null | string[];
            /**
             * Format: int32
             * @description Runs charged to it since it was created or retried by a person: those that ended by the fault of the task, the agent or the host.
             */
            attempts: number;
            board: string;
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            draws: {
                [key: string]: number;
            };
            /** Format: date-time */
            due?: null | string;
            /** Format: date-time */
            endedAt: null | string;
            /** @description Runs since then that ended without success, by class of fault. */
            failures?: null | {
                [key: string]: number;
            };
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
            onLimit?: components["schemas"]["OnLimit"];
            /**
             * @description It is past its due time and has not ended.
             * @default false
             */
            overdue: boolean;
            /** Format: int32 */
            parents: number;
            /** Format: int32 */
            parentsDone: number;
            /** Format: int32 */
            priority: number;
            /** @description What its last run asked a person; null unless it is blocked by that. */
            question?: null | string;
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
            /** @description Why no live worker, or no pool, could ever take it as things are, in the answer that made it; null otherwise. */
            warning?: null | string;
            workspace?: null | string;
        };
        TokenCreated: {
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["TokenKind"];
            name: string;
            /** @description Shown this once; only its hash is kept. */
            token: string;
        };
        /**
         * @description What a stored token is for.
         * @enum {unknown}
         */
        TokenKind: "admin" | "worker" | "browser" | "login";
        TokenView: {
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: null | string;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["TokenKind"];
            /** Format: date-time */
            lastUsedAt: null | string;
            name: string;
        };
        /** @enum {unknown} */
        WaitCode: "triage" | "parents" | "parent-failed" | "not-before" | "parked" | "blocked" | "review" | "lane-paused" | "lane-problem" | "lane-cap" | "board-cap" | "global-cap" | "no-worker" | "no-slot" | "offered" | "next" | "archived" | "all-paused" | "pool-cap" | "pool-paused" | "host-cap" | "account-parked" | "breaker-open" | "retry-budget" | "closed" | "before-close" | null;
        /** @description From ready to offered. */
        WaitsView: {
            /** Format: double */
            maxSeconds: null | number;
            /**
             * Format: int32
             * @description What had not started a week after the last arrival.
             */
            neverStarted: number;
            /** Format: double */
            p50Seconds: null | number;
            /** Format: double */
            p95Seconds: null | number;
            /** Format: int32 */
            started: number;
            /**
             * Format: int32
             * @description What waited longer than the time after which admission reserves for it (`Admission:ReserveAfter`), or for ever.
             */
            starved: number;
        };
        WhoAmI: {
            boardVersion: string;
            /** @description `admin`, `browser`, `worker`, `session` or `run`. */
            kind: string;
            name: string;
        };
        /** @description Why a task has not started. */
        WhyView: {
            /**
             * Format: double
             * @description Until it may start, guessed from the lane's last runs; null when nothing can be said.
             */
            aboutSeconds?: null | number;
            /** @description What it waits for room in, as in `pool vllm-a`; null when that is not what holds it. */
            cap?: null | string;
            code: null | components["schemas"]["WaitCode"];
            /** @description Runs that hold what it waits for, the longest at work first; at most 1,000. */
            holders?: null | components["schemas"]["HolderView"][];
            key: string;
            /**
             * Format: int32
             * @description Its place among the ready tasks of its lane, from 1.
             */
            place: null | number;
            /** @description The sentence for people, with holders and numbers. */
            reason: string;
            status: components["schemas"]["Status"];
            /**
             * Format: date-time
             * @description When the window opens that it waits for; null when it waits for something else.
             */
            until?: null | string;
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
        WorkerState: "live" | "quiet" | "draining" | "gone" | "left";
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
            /** @description What its host is short of, while it takes no new work for that. */
            quiet?: null | string;
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
export interface operations {
    listAlarms: {
        parameters: {
            query?: {
                after?: string;
                cleared?: boolean;
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
                    "application/json": components["schemas"]["PageOfAlarmView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledgeAlarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBoards: {
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBoard: {
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showBoard: {
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
                    "application/json": components["schemas"]["BoardView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editBoard: {
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
                "application/json": components["schemas"]["EditBoard"];
                "application/merge-patch+json": components["schemas"]["EditBoard"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BoardView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeadLetters: {
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
                    "application/json": components["schemas"]["PageOfDeadLetterView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetter"];
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showDeadLetter: {
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
                    "application/json": components["schemas"]["DeadLetterView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dropDeadLetter: {
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
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendDeadLetter: {
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
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dispatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dispatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DispatchView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                after?: string;
                board?: string;
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
                    "text/event-stream": string;
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLanes: {
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLane: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateLane"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showLane: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editLane: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditLane"];
                "application/merge-patch+json": components["schemas"]["EditLane"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseLane: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resetBreaker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeLane: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
                    "application/json": components["schemas"]["LaneView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkLedger: {
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
                    "application/json": components["schemas"]["LedgerView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLoginLink: {
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
                    "application/json": components["schemas"]["LoginLink"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showOrder: {
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
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editOrder: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditOrder"];
                "application/merge-patch+json": components["schemas"]["EditOrder"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPools: {
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
                    "application/json": components["schemas"]["PageOfPoolView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPool: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePool"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showPool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
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
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deletePool: {
        parameters: {
            query?: {
                reason?: string;
            };
            header?: never;
            path: {
                pool: string;
            };
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editPool: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditPool"];
                "application/merge-patch+json": components["schemas"]["EditPool"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pausePool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumePool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
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
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unparkPool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pool: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRunLog: {
        parameters: {
            query?: {
                stream?: string;
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
                content?: never;
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRunLogChunks: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                offset?: number;
                stream?: string;
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamRunLog: {
        parameters: {
            query?: {
                after?: string;
                offset?: number;
                stream?: string;
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
                    "text/event-stream": string;
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adoptRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declareArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeclareArtifact"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    uploadArtifact: {
        parameters: {
            query?: {
                offset?: number;
            };
            header?: never;
            path: {
                id: string;
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Stream"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commitArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                runId: string;
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
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadAttachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                runId: string;
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
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkEnding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckEnding"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunLease"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runHeartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunPulse"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunLease"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readInbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
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
                    "application/json": components["schemas"]["CommentView"][];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRunLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
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
                    "application/json": components["schemas"]["RunLease"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    appendLog: {
        parameters: {
            query?: {
                offset?: number;
            };
            header?: never;
            path: {
                runId: string;
                stream: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Stream"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogAnswer"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogAnswer"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createChild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: string;
            };
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showRunTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                runId: string;
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commentFromRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                runId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddComment"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkFromRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                parentKey: string;
                runId: string;
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSchedules: {
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
                    "application/json": components["schemas"]["PageOfScheduleView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSchedule"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editSchedule: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditSchedule"];
                "application/merge-patch+json": components["schemas"]["EditSchedule"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
                    "application/json": components["schemas"]["ScheduleView"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartSession"];
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Simulate"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTasks: {
        parameters: {
            query?: {
                after?: string;
                /** @description True: archived ones only. Default: none of them. */
                archived?: boolean;
                board?: string;
                class?: string;
                /** @description The host a task must run on, or runs on now. */
                host?: string;
                label?: string;
                lane?: string;
                limit?: number;
                /** @description True: those that are past their due time and have not ended. False: all others. */
                overdue?: boolean;
                /** @description Part of the title, case aside, or a whole key. */
                q?: string;
                /** @description `newest` (default), `priority`: highest first, then oldest, or `due`: those that have a due time, the earliest first. */
                sort?: string;
                /** @description One or more, comma between them. */
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTask: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showTask: {
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editTask: {
        parameters: {
            query?: never;
            header?: {
                "If-Match"?: string;
            };
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditTask"];
                "application/merge-patch+json": components["schemas"]["EditTask"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerQuestion: {
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
                "application/json": components["schemas"]["AnswerTask"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    archiveTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listArtifacts: {
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
                    "application/json": components["schemas"]["PageOfArtifactView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dropArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                key: string;
            };
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declareAttachment: {
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
                "application/json": components["schemas"]["DeclareArtifact"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    uploadAttachment: {
        parameters: {
            query?: {
                offset?: number;
            };
            header?: never;
            path: {
                id: string;
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["Stream"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commitAttachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactUpload"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    blockTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showBrief: {
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
                    "text/markdown": string;
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commentTask: {
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
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTaskEvents: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    moveTask: {
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkParent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                parentKey: string;
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlinkParent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                parentKey: string;
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
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTaskRuns: {
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
                    "application/json": components["schemas"]["PageOfRunView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unblockTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | components["schemas"]["WithReason"];
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whyTask: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTasks"];
            };
        };
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
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
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
                    "application/json": components["schemas"]["PageOfTokenView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateToken"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
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
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whoAmI: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkers: {
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
                    "application/json": components["schemas"]["PageOfWorkerView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerWorker: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterWorker"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorker: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deregisterWorker: {
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
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claimRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimRuns"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClaimAnswers"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drainWorker: {
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
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FinishRuns"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FinishAnswers"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orders"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
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
                    "application/json": components["schemas"]["HealthView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
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
                    "application/json": components["schemas"]["HealthView"];
                };
            };
            /** @description Refused: a problem document. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
