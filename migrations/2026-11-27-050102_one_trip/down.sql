drop function issue.is_live(uuid, text, uuid, text, timestamptz), issue.write_uses(uuid, jsonb), issue.write_issuances(uuid, jsonb);
