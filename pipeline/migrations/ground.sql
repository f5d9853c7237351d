-- What the tables stand on: search by any two characters, the trail, the cache. Frozen with the first migration.

create function mp_plain(name text) returns text language sql immutable parallel safe
    return lower(regexp_replace(normalize(name, NFKC), '\s', '', 'g'));

create function mp_bigrams(name text) returns tsvector language sql immutable parallel safe
    return array_to_tsvector(coalesce((
        select array_agg(distinct substr(mp_plain(name), place, size))
        from generate_series(1, length(mp_plain(name))) place, generate_series(1, 2) size
        where place + size - 1 <= length(mp_plain(name))), '{}'));

create table trail_entry (
    id bigint generated always as identity,
    at timestamptz not null,
    xid bigint not null,
    actor varchar(32) not null,
    on_behalf_of varchar(32) not null default coalesce(current_setting('app.behalf', true), ''),
    request_id varchar(64) not null,
    act varchar(40) not null,
    "table" varchar(63) not null,
    operation varchar(6) not null,
    "row" varchar(40) not null,
    firm_id bigint,
    before jsonb,
    after jsonb,
    primary key (id, at)
) partition by range (at);
create index trail_of_row on trail_entry ("table", "row", id);
create index trail_of_firm on trail_entry (firm_id, id);

do $$
declare month date;
begin
    for month in select generate_series(date '2026-01-01', date '2029-12-01', interval '1 month')::date loop
        execute format('create table trail_entry_%s partition of trail_entry for values from (%L) to (%L)',
            to_char(month, 'YYYY_MM'), month, (month + interval '1 month')::date);
    end loop;
end $$;
create table trail_entry_other partition of trail_entry default;

create function mp_append_only() returns trigger language plpgsql
    as $$ begin raise exception '% is append-only', tg_table_name using errcode = 'MP002'; end $$;
create trigger no_edit before update or delete on trail_entry for each statement execute function mp_append_only();
create trigger no_truncate before truncate on trail_entry for each statement execute function mp_append_only();

create table cache_entry (cache_key varchar(255) primary key, value text not null, expires timestamptz not null);
create index cache_entry_expires on cache_entry (expires);
