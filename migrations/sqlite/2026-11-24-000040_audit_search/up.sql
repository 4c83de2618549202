-- What the audit log is searched by: each with the time, newest first. The sequence, not the position, since that changes
-- when an entry is sealed.
CREATE INDEX change_log_at ON change_log (workspace_id, at, seq);
CREATE INDEX change_log_actor ON change_log (workspace_id, actor_id, at, seq);
CREATE INDEX change_log_kind ON change_log (workspace_id, kind, at, seq);
CREATE INDEX change_log_action ON change_log (workspace_id, action, at, seq);
CREATE INDEX change_log_request ON change_log (workspace_id, request_id, at, seq);
