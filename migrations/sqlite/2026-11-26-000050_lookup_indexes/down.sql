DROP INDEX leads_phone;
DROP INDEX leads_email;
DROP INDEX contacts_phone;
DROP INDEX contacts_email;
DROP INDEX customers_phone;
DROP INDEX customers_email;
DROP INDEX tasks_owner_status_due_at;
DROP INDEX tasks_status_due_at;
