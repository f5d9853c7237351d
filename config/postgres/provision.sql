-- The three roles and their rights. Run by a superuser in the product's database, as often as wanted: provision.py fills in
-- the words in braces and creates the database first. It needs no psql.

-- Roles belong to the server, not to the database.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'owner') THEN CREATE ROLE owner; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN CREATE ROLE web; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup') THEN CREATE ROLE backup; END IF;
END
$$;
-- Owner migrates. It does not bypass row policies: tables are made with FORCE ROW LEVEL SECURITY where firms' rows are.
ALTER ROLE owner LOGIN PASSWORD {owner_password} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION {owner_createdb};
-- Web works: the web server, the worker and beat. It owns nothing and can create nothing but temporary tables.
ALTER ROLE web LOGIN PASSWORD {web_password} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB;
-- Backup reads, and reads everything: a dump that row policies had thinned out would be worse than none.
ALTER ROLE backup LOGIN PASSWORD {backup_password} NOSUPERUSER BYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB;
ALTER ROLE backup SET default_transaction_read_only = on;

ALTER DATABASE {database} OWNER TO owner;
ALTER DATABASE {database} SET timezone = 'UTC';
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO web;
GRANT CONNECT ON DATABASE {database} TO backup;

ALTER SCHEMA public OWNER TO owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO web, backup;

-- Whatever owner makes from now on is usable at once; a migration takes away what an append-only table must not allow.
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO web;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO web;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT ON TABLES TO backup;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO backup;

-- Exclusion constraints over a firm and a period need it.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- Under row policies PostgreSQL uses an index for a condition only if the operator's function is leakproof, or it might tell of
-- rows that the policy hides. `@@` is not marked so, and a search would read every row. It is safe to mark it: it compares an
-- already stored tsvector with an already parsed query, answers true or false for any pair of values, raises no error that
-- depends on the stored value and writes nothing. (Parsing the query can fail, but that is another function, and its
-- argument is the searcher's own text.)
ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
