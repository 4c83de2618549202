DROP INDEX change_log_request;
DROP INDEX change_log_action;
DROP INDEX change_log_kind;
DROP INDEX change_log_actor;
DROP INDEX change_log_at;
