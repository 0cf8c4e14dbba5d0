-- What nodes tell each other: a node that missed a notification finds it here without reading past every lease.
create index outbox_rare on glidepath.outbox (id)
where (split_part(type, '.', 1) = any (array['license', 'held-license', 'policy', 'key', 'key-set', 'root', 'grant', 'environment']) or type = 'lease.holder-removed');
