DROP TABLE text_rules;
