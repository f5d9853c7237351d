-- What an identity may see, answered from its seats. The functions run as the owner, who alone reads the seats whole; none
-- returns more than keys, and all are listed in docs/security.md. pg_temp comes last in their search path, or a temporary
-- table of the caller's would stand in for ours.

create or replace function mp_today() returns date language sql stable parallel safe
    as $$ select (now() at time zone 'Asia/Shanghai')::date $$;

create or replace function mp_user() returns bigint language sql stable parallel safe
    as $$ select case when current_setting('app.scope', true) ~ '^[0-9]{1,18}$' then current_setting('app.scope', true)::bigint end $$;

create or replace function mp_holds(wanted text) returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (
        select 1 from pipeline_seat s join pipeline_user u on u.id = s.user_id
        where s.user_id = mp_user() and u.is_active and s.kind = wanted and s.during @> mp_today()) $$;

create or replace function mp_sees_city() returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select coalesce(current_setting('app.scope', true), '') in ('intake', 'publicity', 'sender', 'assessor')
        or exists (
            select 1 from pipeline_seat s join pipeline_user u on u.id = s.user_id join pipeline_office o on o.id = s.office_id
            where s.user_id = mp_user() and u.is_active and s.during @> mp_today()
              and s.kind in ('city_officer', 'city_head') and o.level = 'city') $$;

-- A leader of the city reads of every firm its name, county, stage and certificate; a leader of a county, of its firms.
create or replace function mp_leads() returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (
        select 1 from pipeline_seat s join pipeline_user u on u.id = s.user_id join pipeline_office o on o.id = s.office_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today() and s.kind = 'leader' and o.level = 'city') $$;

create or replace function mp_led_counties() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select o.division_id from pipeline_seat s join pipeline_user u on u.id = s.user_id join pipeline_office o on o.id = s.office_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today() and s.kind = 'leader' and o.level = 'county' $$;

create or replace function mp_counties() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select o.division_id from pipeline_seat s join pipeline_user u on u.id = s.user_id join pipeline_office o on o.id = s.office_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today()
          and s.kind in ('county_officer', 'county_head') and o.level = 'county' $$;

create or replace function mp_offices() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select s.office_id from pipeline_seat s join pipeline_user u on u.id = s.user_id join pipeline_office o on o.id = s.office_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today()
          and (s.kind in ('county_officer', 'county_head') and o.level = 'county'
            or s.kind in ('city_officer', 'city_head') and o.level = 'city') $$;

-- The firms of somebody's own: of their seats in firms, and those a coach is appointed to with the firm's consent.
create or replace function mp_own_firms() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select s.firm_id from pipeline_seat s join pipeline_user u on u.id = s.user_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today() and s.firm_id is not null
        union all
        select a.firm_id from pipeline_appointment a
        where a.coach_id = mp_user() and a.consented_on is not null and a.during @> mp_today() and mp_holds('coach') $$;

-- What lets an agency or a bank into a firm's record today; and the firms that let one in as `as_kind`, into one of the
-- parts asked for, or into any.
create or replace function mp_mandates() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.id from pipeline_mandate m where m.agent_id = mp_user() and m.during @> mp_today() and mp_holds(m.kind) $$;

create or replace function mp_mandated(as_kind text, wanted text[]) returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.firm_id from pipeline_mandate m
        where m.agent_id = mp_user() and m.during @> mp_today() and m.kind = as_kind and mp_holds(as_kind)
          and (wanted is null or m.parts::text[] && wanted) $$;

create or replace function mp_owned_firms() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select s.firm_id from pipeline_seat s join pipeline_user u on u.id = s.user_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today() and s.kind = 'firm_owner' $$;

-- Invitations to the person's own telephone number or address that nobody has used or withdrawn.
create or replace function mp_invited() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select i.id from pipeline_invitation i join pipeline_user u on u.id = mp_user()
        where u.is_active and i.used_at is null and i.ended_at is null
          and ((i.phone <> '' and i.phone = u.phone) or (i.email <> '' and lower(i.email) = lower(u.email))) $$;

create or replace function mp_firms() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.firm_id from pipeline_firmmove m where upper_inf(m.during) and m.division_id = any(array(select mp_counties()))
        union all
        select mp_own_firms() $$;

create or replace function mp_on_record(firm bigint) returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (select 1 from pipeline_firmmove where firm_id = firm)
        or exists (select 1 from pipeline_firm where id = firm) $$;

create or replace function mp_past_firms() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.firm_id from pipeline_firmmove m where not upper_inf(m.during) and m.division_id = any(array(select mp_counties())) $$;

create or replace function mp_left(firm bigint) returns date language sql stable security definer set search_path = public, pg_temp
    as $$ select max(upper(m.during)) from pipeline_firmmove m
        where m.firm_id = firm and not upper_inf(m.during) and m.division_id = any(array(select mp_counties())) $$;

create or replace function mp_code_taken(code text) returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (select 1 from pipeline_firm where uscc = code) $$;

-- A house without a security administrator is being set up: its first seats may be given. Once there is one, nobody else may.
create or replace function mp_provisions() returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select not exists (select 1 from pipeline_seat where kind = 'security_admin') $$;

-- What happened to the record of a firm, from the trail, for whoever sees the firm now: its own figures and rights, and
-- nothing that an office wrote for itself.
create or replace function mp_history(firm bigint, tables text[])
    returns table (id bigint, at timestamptz, xid bigint, actor varchar, "table" varchar, operation varchar, "row" varchar, before jsonb, after jsonb)
    language sql stable security definer set search_path = public, pg_temp
    as $$ select t.id, t.at, t.xid, t.actor, t."table", t.operation, t."row", t.before, t.after from trail_entry t
        where t.firm_id = firm and t."table" = any(tables)
          and t."table" in ('pipeline_firm', 'pipeline_formername', 'pipeline_contact', 'pipeline_financialyear',
            'pipeline_sourcedfigure', 'pipeline_explanation', 'pipeline_intellectualproperty', 'pipeline_rdproject',
            'pipeline_hitechproduct', 'pipeline_conversion')
          and (mp_sees_city() or firm in (select mp_firms())) $$;

-- Whether anybody still belongs to an office, or to a division, on or after a day; it tells no more than that.
create or replace function mp_office_in_use(office bigint, since date) returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (
        select 1 from pipeline_seat s
        where s.office_id = office and not isempty(s.during) and (upper_inf(s.during) or upper(s.during) > since)) $$;

create or replace function mp_division_in_use(division bigint, since date) returns boolean language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (
        select 1 from pipeline_firmmove m
        where m.division_id = division and not isempty(m.during) and (upper_inf(m.during) or upper(m.during) > since))
        or exists (select 1 from pipeline_office o where o.division_id = division and o.closed_on is null) $$;

-- How many people of all firms are to come to an event: a firm that answers sees no row of another.
create or replace function mp_seats_given(asked bigint) returns integer language sql stable security definer set search_path = public, pg_temp
    as $$ select coalesce(sum(a.people), 0)::integer from pipeline_attendance a
        where a.event_id = asked and a.state in ('accepted', 'attended') $$;

-- The panels that ask the identity to review today: it sits in them as an expert and is not done; those of them that it
-- came in to by link and code; and those in which it sums up as chair, as everybody has handed in.
create or replace function mp_tasks() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.panel_id from pipeline_panelmember m join pipeline_panel p on p.id = m.panel_id
        where m.user_id = mp_user() and m.recused_on is null and m.done_at is null
          and p.state = 'open' and mp_today() between p.opens_on and p.closes_on and mp_holds('expert') $$;

create or replace function mp_reviewing() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.panel_id from pipeline_panelmember m
        where m.user_id = mp_user() and m.entered_at is not null and m.panel_id in (select mp_tasks()) $$;

create or replace function mp_chairing() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.panel_id from pipeline_panelmember m
        where m.user_id = mp_user() and m.chair and m.recused_on is null and m.panel_id in (select mp_reviewing())
          and not exists (select 1 from pipeline_panelmember o
            where o.panel_id = m.panel_id and o.recused_on is null and o.submitted_at is null) $$;

-- Whose task a link names, while that is open: who comes by a link has not signed in. It tells the person's key alone.
create or replace function mp_asked(task uuid) returns bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select m.user_id from pipeline_panelmember m join pipeline_panel p on p.id = m.panel_id
        where m.public_id = task and m.recused_on is null and m.done_at is null
          and p.state = 'open' and mp_today() between p.opens_on and p.closes_on $$;

-- Why an expert may not judge a firm; null where nothing on record stands in the way. It sees what its caller sees.
create or replace function mp_conflict(expert bigint, firm bigint) returns text language sql stable set search_path = public, pg_temp
    as $$ select case
        when e.employer_code = f.uscc or mp_plain(e.employer) = any(f.called)
          or exists (select 1 from pipeline_seat s where s.user_id = e.user_id and s.firm_id = f.id) then 'employer'
        when exists (select 1 from unnest(e.shares) each where each = f.uscc or mp_plain(each) = any(f.called)) then 'shares'
        when exists (select 1 from pipeline_appointment a where a.firm_id = f.id and a.coach_id = e.user_id)
          or exists (select 1 from pipeline_visit v where v.firm_id = f.id and v.by_id = e.user_id) then 'coach'
        when exists (select 1 from pipeline_mandate m left join pipeline_seat s on s.user_id = m.agent_id and s.kind = 'agency'
            where m.firm_id = f.id
              and (m.agent_id = e.user_id or (s.agency <> '' and mp_plain(s.agency) = mp_plain(e.employer)))) then 'agency'
        when exists (select 1 from unnest(e.declared) each where each = f.uscc or mp_plain(each) = any(f.called))
          or exists (select 1 from pipeline_panelmember m join pipeline_panelfile x on x.id = m.recused_from_id
            where m.expert_id = e.id and x.firm_id = f.id) then 'declared'
        end
        from pipeline_expert e, lateral (
            select r.id, r.uscc, array(select mp_plain(r.name) union all
                select mp_plain(n.name) from pipeline_formername n where n.firm_id = r.id) called
            from pipeline_firm r where r.id = firm) f
        where e.id = expert $$;
