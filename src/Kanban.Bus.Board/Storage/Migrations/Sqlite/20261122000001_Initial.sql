CREATE TABLE "boards" (
    "key" TEXT NOT NULL CONSTRAINT "pk_boards" PRIMARY KEY,
    "title" TEXT NOT NULL,
    "max_active" INTEGER NULL,
    "windows" TEXT NOT NULL,
    "next_number" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL
);

CREATE TABLE "events" (
    "seq" INTEGER NOT NULL CONSTRAINT "pk_events" PRIMARY KEY AUTOINCREMENT,
    "tx" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "task_id" TEXT NULL,
    "task_key" TEXT NULL,
    "board" TEXT NULL,
    "lane" TEXT NULL,
    "run_id" TEXT NULL,
    "worker_id" TEXT NULL,
    "pool" TEXT NULL,
    "schedule" TEXT NULL,
    "data" TEXT NOT NULL
);

CREATE TABLE "lanes" (
    "name" TEXT NOT NULL CONSTRAINT "pk_lanes" PRIMARY KEY,
    "max_active" INTEGER NULL,
    "windows" TEXT NOT NULL,
    "hold_before_close" INTEGER NOT NULL,
    "profile" TEXT NOT NULL,
    "workspace" TEXT NULL,
    "draws" TEXT NOT NULL,
    "artifacts" TEXT NOT NULL,
    "child_lanes" TEXT NOT NULL,
    "retry" TEXT NOT NULL,
    "max_attempts" INTEGER NOT NULL,
    "backoff_seconds" INTEGER NOT NULL,
    "retries" TEXT NOT NULL,
    "retry_percent" INTEGER NOT NULL,
    "retries_per_minute" INTEGER NOT NULL,
    "max_runs_per_day" INTEGER NOT NULL,
    "breaker_tasks" INTEGER NOT NULL,
    "breaker_seconds" INTEGER NOT NULL,
    "breaker_cool_down_seconds" INTEGER NOT NULL,
    "breaker" TEXT NULL,
    "breaker_closed_at" INTEGER NULL,
    "max_runtime_seconds" INTEGER NULL,
    "silence_seconds" INTEGER NULL,
    "grace_seconds" INTEGER NOT NULL,
    "on_disconnect" TEXT NOT NULL,
    "paused" INTEGER NOT NULL,
    "paused_reason" TEXT NULL,
    "created_at" INTEGER NOT NULL
);

CREATE TABLE "locks" (
    "name" TEXT NOT NULL CONSTRAINT "pk_locks" PRIMARY KEY
);

CREATE TABLE "turns" (
    "name" TEXT NOT NULL CONSTRAINT "pk_turns" PRIMARY KEY,
    "next_at" INTEGER NOT NULL
);

CREATE TABLE "pools" (
    "name" TEXT NOT NULL CONSTRAINT "pk_pools" PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "capacity" INTEGER NULL,
    "floor" INTEGER NULL,
    "ceiling" INTEGER NULL,
    "windows" TEXT NOT NULL,
    "profiles" TEXT NOT NULL,
    "paused" INTEGER NOT NULL,
    "paused_reason" TEXT NULL,
    "note" TEXT NULL,
    "parked_until" INTEGER NULL,
    "parked_reason" TEXT NULL,
    "open_at" INTEGER NULL,
    "version" INTEGER NOT NULL,
    "created_at" INTEGER NOT NULL
);

-- Probe and controller of a pool of kind gateway.
CREATE TABLE "gateways" (
    "pool" TEXT NOT NULL CONSTRAINT "pk_gateways" PRIMARY KEY,
    "probe" TEXT NOT NULL,
    "address" TEXT NULL,
    "key_name" TEXT NULL,
    "query" TEXT NULL,
    "overload_above" REAL NULL,
    "healthy_below" REAL NULL,
    "held" INTEGER NOT NULL,
    "cap" INTEGER NOT NULL,
    "stable" INTEGER NULL,
    "moved_at" INTEGER NULL,
    "calm_since" INTEGER NULL,
    "overloads" INTEGER NOT NULL,
    "overshoots" INTEGER NOT NULL,
    "baseline" REAL NULL,
    "run_baseline" REAL NULL,
    "misses" INTEGER NOT NULL,
    "frozen" TEXT NULL,
    "failed" INTEGER NULL,
    "lowered" TEXT NULL,
    "probed_at" INTEGER NULL,
    "signals" TEXT NULL,
    "next_at" INTEGER NOT NULL,
    "turn" INTEGER NOT NULL,
    "reported_refused" INTEGER NOT NULL,
    "reported_timed_out" INTEGER NOT NULL,
    "reported_answered" INTEGER NOT NULL,
    "reported_ms" REAL NOT NULL,
    CONSTRAINT "fk_gateways_pools_pool" FOREIGN KEY ("pool") REFERENCES "pools" ("name") ON DELETE CASCADE
);

CREATE TABLE "schedules" (
    "name" TEXT NOT NULL CONSTRAINT "pk_schedules" PRIMARY KEY,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "overlap" TEXT NOT NULL,
    "catch_up" TEXT NOT NULL,
    "catch_up_limit" INTEGER NOT NULL,
    "due_seconds" INTEGER NULL,
    "paused" INTEGER NOT NULL,
    "paused_reason" TEXT NULL,
    "note" TEXT NULL,
    "next_at" INTEGER NULL,
    "queued_at" INTEGER NULL,
    "last_at" INTEGER NULL,
    "last_task_id" TEXT NULL,
    "problem" TEXT NULL,
    "version" INTEGER NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL
);

CREATE TABLE "tokens" (
    "id" TEXT NOT NULL CONSTRAINT "pk_tokens" PRIMARY KEY,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "last_used_at" INTEGER NULL,
    "expires_at" INTEGER NULL,
    "revoked_at" INTEGER NULL
);

CREATE TABLE "workers" (
    "id" TEXT NOT NULL CONSTRAINT "pk_workers" PRIMARY KEY,
    "host" TEXT NOT NULL,
    "capabilities" TEXT NOT NULL,
    "profiles" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "process_id" INTEGER NOT NULL,
    "boot_id" TEXT NULL,
    "instance" TEXT NULL,
    "session_hash" BLOB NOT NULL,
    "old_session_hash" BLOB NULL,
    "registered_at" INTEGER NOT NULL,
    "heartbeat_at" INTEGER NOT NULL,
    "load" REAL NULL,
    "quiet" TEXT NULL,
    "drain_asked" INTEGER NOT NULL,
    "draining" INTEGER NOT NULL,
    "state" TEXT NOT NULL
);

CREATE TABLE "tasks" (
    "id" TEXT NOT NULL CONSTRAINT "pk_tasks" PRIMARY KEY,
    "board" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "lane" TEXT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "acceptance" TEXT NULL,
    "status" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "host" TEXT NULL,
    "needs" TEXT NOT NULL,
    "requirement_set" TEXT NOT NULL,
    "draws" TEXT NOT NULL,
    "artifacts" TEXT NOT NULL,
    "labels" TEXT NOT NULL,
    "not_before" INTEGER NULL,
    "due" INTEGER NULL,
    "max_runtime_seconds" INTEGER NULL,
    "archived" INTEGER NOT NULL,
    "reason" TEXT NULL,
    "asks" INTEGER NOT NULL,
    "allows" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "lost_on" TEXT NOT NULL,
    "failed_by" TEXT NOT NULL,
    "forgiven_at" INTEGER NULL,
    "on_limit" TEXT NOT NULL,
    "workspace" TEXT NULL,
    "run_count" INTEGER NOT NULL,
    "fencing_token" INTEGER NOT NULL,
    "live_run_id" TEXT NULL,
    "summary" TEXT NULL,
    "metadata" TEXT NULL,
    "idempotency_key" TEXT NULL,
    "idempotency_fingerprint" TEXT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" INTEGER NOT NULL,
    "updated_at" INTEGER NOT NULL,
    "ready_at" INTEGER NULL,
    "turn_at" INTEGER NULL,
    "admission_group" TEXT NOT NULL,
    "ended_at" INTEGER NULL,
    "version" INTEGER NOT NULL,
    CONSTRAINT "fk_tasks_boards_board" FOREIGN KEY ("board") REFERENCES "boards" ("key") ON DELETE RESTRICT,
    CONSTRAINT "fk_tasks_lanes_lane" FOREIGN KEY ("lane") REFERENCES "lanes" ("name") ON DELETE RESTRICT
);

CREATE TABLE "worker_slots" (
    "worker_id" TEXT NOT NULL,
    "lane" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    CONSTRAINT "pk_worker_slots" PRIMARY KEY ("worker_id", "lane"),
    CONSTRAINT "fk_worker_slots_workers_worker_id" FOREIGN KEY ("worker_id") REFERENCES "workers" ("id") ON DELETE CASCADE
);

CREATE TABLE "comments" (
    "id" INTEGER NOT NULL CONSTRAINT "pk_comments" PRIMARY KEY AUTOINCREMENT,
    "task_id" TEXT NOT NULL,
    "run_id" TEXT NULL,
    "by" TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "seen_at" INTEGER NULL,
    "seen_by" TEXT NULL,
    CONSTRAINT "fk_comments_tasks_task_id" FOREIGN KEY ("task_id") REFERENCES "tasks" ("id") ON DELETE CASCADE
);

CREATE TABLE "runs" (
    "id" TEXT NOT NULL CONSTRAINT "pk_runs" PRIMARY KEY,
    "task_id" TEXT NOT NULL,
    "task_key" TEXT NOT NULL,
    "board" TEXT NOT NULL,
    "lane" TEXT NOT NULL,
    "requirement_set" TEXT NOT NULL,
    "draws" TEXT NOT NULL,
    "fair_key" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "live" INTEGER NOT NULL,
    "worker_id" TEXT NULL,
    "host" TEXT NULL,
    "slot" INTEGER NULL,
    "fencing_token" INTEGER NOT NULL,
    "token_hash" BLOB NULL,
    "ready_at" INTEGER NOT NULL,
    "offered_at" INTEGER NOT NULL,
    "published_at" INTEGER NULL,
    "started_at" INTEGER NULL,
    "ended_at" INTEGER NULL,
    "reported" INTEGER NOT NULL,
    "stop_as" TEXT NULL,
    "reason" TEXT NULL,
    "class" TEXT NULL,
    "fingerprint" TEXT NULL,
    "retry" INTEGER NOT NULL,
    "summary" TEXT NULL,
    "metadata" TEXT NULL,
    "usage" TEXT NULL,
    "session" TEXT NULL,
    "exit_code" INTEGER NULL,
    "late" TEXT NULL,
    CONSTRAINT "fk_runs_tasks_task_id" FOREIGN KEY ("task_id") REFERENCES "tasks" ("id") ON DELETE CASCADE
);

CREATE TABLE "task_links" (
    "parent_id" TEXT NOT NULL,
    "child_id" TEXT NOT NULL,
    CONSTRAINT "pk_task_links" PRIMARY KEY ("child_id", "parent_id"),
    CONSTRAINT "fk_task_links_tasks_child_id" FOREIGN KEY ("child_id") REFERENCES "tasks" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_task_links_tasks_parent_id" FOREIGN KEY ("parent_id") REFERENCES "tasks" ("id") ON DELETE CASCADE
);

-- Units of caps that are kept for the task that has starved for them the longest. The cap's name is that of a lane, a pool and so on.
CREATE TABLE "reservations" (
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "task_id" TEXT NOT NULL,
    "units" INTEGER NOT NULL,
    "since" INTEGER NOT NULL,
    CONSTRAINT "pk_reservations" PRIMARY KEY ("kind", "name"),
    CONSTRAINT "fk_reservations_tasks_task_id" FOREIGN KEY ("task_id") REFERENCES "tasks" ("id") ON DELETE CASCADE
);

CREATE TABLE "fair_weights" (
    "key" TEXT NOT NULL CONSTRAINT "pk_fair_weights" PRIMARY KEY,
    "weight" INTEGER NOT NULL
);

CREATE TABLE "leases" (
    "run_id" TEXT NOT NULL CONSTRAINT "pk_leases" PRIMARY KEY,
    "worker_id" TEXT NOT NULL,
    "fencing_token" INTEGER NOT NULL,
    "token_hash" BLOB NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "renewed_at" INTEGER NOT NULL,
    CONSTRAINT "fk_leases_runs_run_id" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE CASCADE
);

CREATE TABLE "log_chunks" (
    "id" INTEGER NOT NULL CONSTRAINT "pk_log_chunks" PRIMARY KEY AUTOINCREMENT,
    "run_id" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    "length" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "at" INTEGER NOT NULL,
    CONSTRAINT "fk_log_chunks_runs_run_id" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE CASCADE
);

-- Files of tasks: what runs made, and what people attached (no run). Their bytes lie outside, under their SHA-256.
CREATE TABLE "artifacts" (
    "id" TEXT NOT NULL CONSTRAINT "pk_artifacts" PRIMARY KEY,
    "task_id" TEXT NOT NULL,
    "run_id" TEXT NULL,
    "name" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "sha256" TEXT NULL,
    "content_type" TEXT NULL,
    "by" TEXT NOT NULL,
    "declared_at" INTEGER NOT NULL,
    "stored_at" INTEGER NULL,
    CONSTRAINT "fk_artifacts_tasks_task_id" FOREIGN KEY ("task_id") REFERENCES "tasks" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_artifacts_runs_run_id" FOREIGN KEY ("run_id") REFERENCES "runs" ("id") ON DELETE CASCADE
);

-- Messages that nobody could read, or that the broker set aside, until a person sends them again or drops them.
CREATE TABLE "dead_letters" (
    "id" TEXT NOT NULL CONSTRAINT "pk_dead_letters" PRIMARY KEY,
    "queue" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "sent_by" TEXT NOT NULL,
    "content_type" TEXT NULL,
    "body" BLOB NOT NULL,
    "bytes" INTEGER NOT NULL,
    "at" INTEGER NOT NULL
);

CREATE TABLE "alarms" (
    "id" TEXT NOT NULL CONSTRAINT "pk_alarms" PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "task_id" TEXT NULL,
    "reason" TEXT NOT NULL,
    "since" INTEGER NOT NULL,
    "last_seen_at" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    "acknowledged_by" TEXT NULL,
    "acknowledged_at" INTEGER NULL,
    "note" TEXT NULL,
    "cleared_at" INTEGER NULL
);

CREATE UNIQUE INDEX "ux_alarms_open" ON "alarms" ("kind", "subject") WHERE cleared_at IS NULL;

CREATE INDEX "ix_artifacts_sha256" ON "artifacts" ("sha256");

CREATE INDEX "ix_artifacts_task_id_id" ON "artifacts" ("task_id", "id");

CREATE UNIQUE INDEX "ux_artifacts_attachment_name" ON "artifacts" ("task_id", "name") WHERE run_id IS NULL;

CREATE UNIQUE INDEX "ux_artifacts_run_name" ON "artifacts" ("run_id", "name") WHERE run_id IS NOT NULL;

CREATE INDEX "ix_comments_task_id_id" ON "comments" ("task_id", "id");

CREATE INDEX "ix_comments_unseen" ON "comments" ("task_id") WHERE seen_at IS NULL;

CREATE INDEX "ix_events_pool_seq" ON "events" ("pool", "seq") WHERE pool IS NOT NULL;

CREATE INDEX "ix_events_task_id_seq" ON "events" ("task_id", "seq");

CREATE INDEX "ix_events_tx_seq" ON "events" ("tx", "seq");

CREATE INDEX "ix_leases_token_hash" ON "leases" ("token_hash");

CREATE INDEX "ix_log_chunks_run_id_id" ON "log_chunks" ("run_id", "id");

CREATE UNIQUE INDEX "ix_log_chunks_run_id_stream_offset" ON "log_chunks" ("run_id", "stream", "offset");

CREATE INDEX "ix_reservations_task_id" ON "reservations" ("task_id");

CREATE INDEX "ix_runs_alike" ON "runs" ("lane", "fingerprint", "ended_at") WHERE fingerprint IS NOT NULL;

CREATE INDEX "ix_runs_live" ON "runs" ("lane", "state") WHERE live;

CREATE INDEX "ix_runs_retries" ON "runs" ("lane", "offered_at") WHERE retry;

CREATE UNIQUE INDEX "ix_runs_task_id_number" ON "runs" ("task_id", "number");

CREATE UNIQUE INDEX "ux_runs_one_live_per_task" ON "runs" ("task_id") WHERE live;

CREATE INDEX "ix_schedules_next_at" ON "schedules" ("next_at");

CREATE INDEX "ix_task_links_parent_id" ON "task_links" ("parent_id");

CREATE INDEX "ix_tasks_admission" ON "tasks" ("lane", "requirement_set", "turn_at", "id") WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived;

CREATE INDEX "ix_tasks_admission_group" ON "tasks" ("lane", "requirement_set", "admission_group", "turn_at", "id") WHERE status = 'ready' AND live_run_id IS NULL AND NOT archived;

CREATE UNIQUE INDEX "ix_tasks_board_idempotency_key" ON "tasks" ("board", "idempotency_key") WHERE idempotency_key IS NOT NULL;

CREATE INDEX "ix_tasks_due" ON "tasks" ("due") WHERE due IS NOT NULL;

CREATE UNIQUE INDEX "ix_tasks_board_number" ON "tasks" ("board", "number");

CREATE INDEX "ix_tasks_scheduled" ON "tasks" ("not_before") WHERE status = 'scheduled';

CREATE INDEX "ix_tasks_status_id" ON "tasks" ("status", "id");

CREATE UNIQUE INDEX "ix_tokens_hash" ON "tokens" ("hash");

CREATE INDEX "ix_workers_session_hash" ON "workers" ("session_hash");

INSERT INTO locks (name) VALUES ('admission'), ('graph'), ('access'), ('fleet'), ('hosts'), ('offers'), ('schedules');
INSERT INTO turns (name, next_at) VALUES ('files', 0);
INSERT INTO boards (key, title, windows, next_number, created_at) VALUES ('main', 'Main', '', 1, kanban_now());
INSERT INTO "pools" ("name", "kind", "windows", "profiles", "paused", "version", "created_at") VALUES ('all', 'global', '', '', 0, 1, kanban_now());

-- Names the state of the rows that admission reads and that seldom change, so that it reads them again only when it is another.
CREATE TABLE "layout" (
    "id" INTEGER NOT NULL CONSTRAINT "pk_layout" PRIMARY KEY,
    "version" TEXT NOT NULL
);
INSERT INTO "layout" ("id", "version") VALUES (1, hex(randomblob(16)));

CREATE TRIGGER "layout_lanes_insert" AFTER INSERT ON "lanes" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_lanes_update" AFTER UPDATE ON "lanes" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_lanes_delete" AFTER DELETE ON "lanes" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_pools_insert" AFTER INSERT ON "pools" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_pools_update" AFTER UPDATE ON "pools" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_pools_delete" AFTER DELETE ON "pools" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_fair_weights_insert" AFTER INSERT ON "fair_weights" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_fair_weights_update" AFTER UPDATE ON "fair_weights" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_fair_weights_delete" AFTER DELETE ON "fair_weights" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_worker_slots_insert" AFTER INSERT ON "worker_slots" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_worker_slots_update" AFTER UPDATE ON "worker_slots" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_worker_slots_delete" AFTER DELETE ON "worker_slots" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
-- Not each number that a board draws, not each heartbeat, not each look at a gateway.
CREATE TRIGGER "layout_boards_insert" AFTER INSERT ON "boards" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_boards_update" AFTER UPDATE OF "max_active", "windows" ON "boards" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_boards_delete" AFTER DELETE ON "boards" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_workers_insert" AFTER INSERT ON "workers" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_workers_update" AFTER UPDATE OF "host", "capabilities", "profiles", "drain_asked", "draining", "quiet", "state" ON "workers" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_workers_delete" AFTER DELETE ON "workers" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_gateways_insert" AFTER INSERT ON "gateways" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_gateways_update" AFTER UPDATE OF "held", "cap", "frozen", "lowered" ON "gateways" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
CREATE TRIGGER "layout_gateways_delete" AFTER DELETE ON "gateways" BEGIN UPDATE "layout" SET "version" = hex(randomblob(16)); END;
