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

-- The firms of somebody's own: of their seats in firms, those a coach is appointed to with the firm's consent, and those
-- an agency acts for while the firm lets it.
create or replace function mp_own_firms() returns setof bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select s.firm_id from pipeline_seat s join pipeline_user u on u.id = s.user_id
        where s.user_id = mp_user() and u.is_active and s.during @> mp_today() and s.firm_id is not null
        union all
        select a.firm_id from pipeline_appointment a
        where a.coach_id = mp_user() and a.consented_on is not null and a.during @> mp_today() and mp_holds('coach')
        union all
        select m.firm_id from pipeline_mandate m
        where m.agent_id = mp_user() and m.during @> mp_today() and mp_holds('agency') $$;

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
            'pipeline_sourcedfigure', 'pipeline_explanation', 'pipeline_intellectualproperty')
          and (mp_sees_city() or firm in (select mp_firms())) $$;
alter table pipeline_firm enable row level security;
alter table pipeline_firm force row level security;
drop policy if exists read on pipeline_firm;
drop policy if exists add on pipeline_firm;
drop policy if exists change on pipeline_firm;
drop policy if exists remove on pipeline_firm;
create policy read on pipeline_firm for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_firm.id in (select mp_own_firms()) or (pipeline_firm.id in (select mp_past_firms())) or (select mp_leads()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_led_counties())))));
create policy add on pipeline_firm for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_firm.id in (select mp_own_firms())));
create policy change on pipeline_firm for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_firm.id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_firm.id in (select mp_own_firms())));
create policy remove on pipeline_firm for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_firm.id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_firm.id in (select mp_own_firms())));
drop policy if exists owner_reads on pipeline_firm;
create policy owner_reads on pipeline_firm for select to current_user using (true);
alter table pipeline_firmmove enable row level security;
alter table pipeline_firmmove force row level security;
drop policy if exists read on pipeline_firmmove;
drop policy if exists add on pipeline_firmmove;
drop policy if exists change on pipeline_firmmove;
drop policy if exists remove on pipeline_firmmove;
create policy read on pipeline_firmmove for select to web using (((select mp_sees_city()) or division_id = any(array(select mp_counties())) or firm_id in (select mp_own_firms()) or firm_id in (select mp_firms()) or pipeline_firmmove.firm_id in (select mp_past_firms()) or (select mp_leads()) or (upper_inf(during) and division_id = any(array(select mp_led_counties())))));
create policy add on pipeline_firmmove for insert to web with check (((select mp_sees_city()) or (division_id = any(array(select mp_counties())) and not mp_on_record(firm_id))));
create policy change on pipeline_firmmove for update to web using ((select mp_sees_city())) with check ((select mp_sees_city()));
create policy remove on pipeline_firmmove for delete to web using ((select mp_sees_city()));
drop policy if exists owner_reads on pipeline_firmmove;
create policy owner_reads on pipeline_firmmove for select to current_user using (true);
alter table pipeline_formername enable row level security;
alter table pipeline_formername force row level security;
drop policy if exists read on pipeline_formername;
drop policy if exists add on pipeline_formername;
drop policy if exists change on pipeline_formername;
drop policy if exists remove on pipeline_formername;
create policy read on pipeline_formername for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_formername.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_formername.firm_id in (select mp_own_firms()) or (pipeline_formername.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_formername.firm_id))));
create policy add on pipeline_formername for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_formername.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_formername.firm_id in (select mp_own_firms())));
create policy change on pipeline_formername for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_formername.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_formername.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_formername.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_formername.firm_id in (select mp_own_firms())));
create policy remove on pipeline_formername for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_formername.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_formername.firm_id in (select mp_own_firms())));
alter table pipeline_contact enable row level security;
alter table pipeline_contact force row level security;
drop policy if exists read on pipeline_contact;
drop policy if exists add on pipeline_contact;
drop policy if exists change on pipeline_contact;
drop policy if exists remove on pipeline_contact;
create policy read on pipeline_contact for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_contact.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_contact.firm_id in (select mp_own_firms()) or (pipeline_contact.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_contact.firm_id))));
create policy add on pipeline_contact for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_contact.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_contact.firm_id in (select mp_own_firms())));
create policy change on pipeline_contact for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_contact.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_contact.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_contact.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_contact.firm_id in (select mp_own_firms())));
create policy remove on pipeline_contact for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_contact.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_contact.firm_id in (select mp_own_firms())));
alter table pipeline_appointment enable row level security;
alter table pipeline_appointment force row level security;
drop policy if exists read on pipeline_appointment;
drop policy if exists add on pipeline_appointment;
drop policy if exists change on pipeline_appointment;
drop policy if exists remove on pipeline_appointment;
create policy read on pipeline_appointment for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_appointment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_appointment.firm_id in (select mp_own_firms()) or (pipeline_appointment.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_appointment.firm_id))));
create policy add on pipeline_appointment for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_appointment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_appointment.firm_id in (select mp_own_firms())));
create policy change on pipeline_appointment for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_appointment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_appointment.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_appointment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_appointment.firm_id in (select mp_own_firms())));
create policy remove on pipeline_appointment for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_appointment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_appointment.firm_id in (select mp_own_firms())));
drop policy if exists owner_reads on pipeline_appointment;
create policy owner_reads on pipeline_appointment for select to current_user using (true);
alter table pipeline_mandate enable row level security;
alter table pipeline_mandate force row level security;
drop policy if exists read on pipeline_mandate;
drop policy if exists add on pipeline_mandate;
drop policy if exists change on pipeline_mandate;
drop policy if exists remove on pipeline_mandate;
create policy read on pipeline_mandate for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_mandate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_mandate.firm_id in (select mp_own_firms()) or (pipeline_mandate.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_mandate.firm_id))));
create policy add on pipeline_mandate for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_mandate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_mandate.firm_id in (select mp_own_firms())));
create policy change on pipeline_mandate for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_mandate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_mandate.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_mandate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_mandate.firm_id in (select mp_own_firms())));
create policy remove on pipeline_mandate for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_mandate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_mandate.firm_id in (select mp_own_firms())));
drop policy if exists owner_reads on pipeline_mandate;
create policy owner_reads on pipeline_mandate for select to current_user using (true);
alter table pipeline_invitation enable row level security;
alter table pipeline_invitation force row level security;
drop policy if exists read on pipeline_invitation;
drop policy if exists add on pipeline_invitation;
drop policy if exists change on pipeline_invitation;
drop policy if exists remove on pipeline_invitation;
create policy read on pipeline_invitation for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_invitation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_invitation.firm_id in (select mp_own_firms()) or (pipeline_invitation.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_invitation.firm_id)) or id in (select mp_invited()) or used_by_id = (select mp_user())));
create policy add on pipeline_invitation for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_invitation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_invitation.firm_id in (select mp_own_firms())));
create policy change on pipeline_invitation for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_invitation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_invitation.firm_id in (select mp_own_firms()) or id in (select mp_invited()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_invitation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_invitation.firm_id in (select mp_own_firms()) or used_by_id = (select mp_user())));
create policy remove on pipeline_invitation for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_invitation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_invitation.firm_id in (select mp_own_firms())));
drop policy if exists owner_reads on pipeline_invitation;
create policy owner_reads on pipeline_invitation for select to current_user using (true);
alter table pipeline_viewing enable row level security;
alter table pipeline_viewing force row level security;
drop policy if exists read on pipeline_viewing;
drop policy if exists add on pipeline_viewing;
drop policy if exists change on pipeline_viewing;
drop policy if exists remove on pipeline_viewing;
create policy read on pipeline_viewing for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_viewing.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_viewing.firm_id in (select mp_own_firms()) or (pipeline_viewing.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_viewing.firm_id))));
create policy add on pipeline_viewing for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_viewing.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_viewing.firm_id in (select mp_own_firms())));
create policy change on pipeline_viewing for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_viewing.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_viewing.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_viewing.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_viewing.firm_id in (select mp_own_firms())));
create policy remove on pipeline_viewing for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_viewing.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_viewing.firm_id in (select mp_own_firms())));
alter table pipeline_financialyear enable row level security;
alter table pipeline_financialyear force row level security;
drop policy if exists read on pipeline_financialyear;
drop policy if exists add on pipeline_financialyear;
drop policy if exists change on pipeline_financialyear;
drop policy if exists remove on pipeline_financialyear;
create policy read on pipeline_financialyear for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_financialyear.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_financialyear.firm_id in (select mp_own_firms()) or (pipeline_financialyear.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_financialyear.firm_id))));
create policy add on pipeline_financialyear for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_financialyear.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_financialyear.firm_id in (select mp_own_firms())));
create policy change on pipeline_financialyear for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_financialyear.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_financialyear.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_financialyear.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_financialyear.firm_id in (select mp_own_firms())));
create policy remove on pipeline_financialyear for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_financialyear.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_financialyear.firm_id in (select mp_own_firms())));
alter table pipeline_sourcedfigure enable row level security;
alter table pipeline_sourcedfigure force row level security;
drop policy if exists read on pipeline_sourcedfigure;
drop policy if exists add on pipeline_sourcedfigure;
drop policy if exists change on pipeline_sourcedfigure;
drop policy if exists remove on pipeline_sourcedfigure;
create policy read on pipeline_sourcedfigure for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_sourcedfigure.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_sourcedfigure.firm_id in (select mp_own_firms()) or (pipeline_sourcedfigure.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_sourcedfigure.firm_id))));
create policy add on pipeline_sourcedfigure for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_sourcedfigure.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_sourcedfigure.firm_id in (select mp_own_firms())));
create policy change on pipeline_sourcedfigure for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_sourcedfigure.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_sourcedfigure.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_sourcedfigure.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_sourcedfigure.firm_id in (select mp_own_firms())));
create policy remove on pipeline_sourcedfigure for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_sourcedfigure.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_sourcedfigure.firm_id in (select mp_own_firms())));
alter table pipeline_explanation enable row level security;
alter table pipeline_explanation force row level security;
drop policy if exists read on pipeline_explanation;
drop policy if exists add on pipeline_explanation;
drop policy if exists change on pipeline_explanation;
drop policy if exists remove on pipeline_explanation;
create policy read on pipeline_explanation for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_explanation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_explanation.firm_id in (select mp_own_firms()) or (pipeline_explanation.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_explanation.firm_id))));
create policy add on pipeline_explanation for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_explanation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_explanation.firm_id in (select mp_own_firms())));
create policy change on pipeline_explanation for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_explanation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_explanation.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_explanation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_explanation.firm_id in (select mp_own_firms())));
create policy remove on pipeline_explanation for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_explanation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_explanation.firm_id in (select mp_own_firms())));
alter table pipeline_draft enable row level security;
alter table pipeline_draft force row level security;
drop policy if exists read on pipeline_draft;
drop policy if exists add on pipeline_draft;
drop policy if exists change on pipeline_draft;
drop policy if exists remove on pipeline_draft;
create policy read on pipeline_draft for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_draft.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_draft.firm_id in (select mp_own_firms()) or (pipeline_draft.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_draft.firm_id))));
create policy add on pipeline_draft for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_draft.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_draft.firm_id in (select mp_own_firms())));
create policy change on pipeline_draft for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_draft.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_draft.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_draft.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_draft.firm_id in (select mp_own_firms())));
create policy remove on pipeline_draft for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_draft.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_draft.firm_id in (select mp_own_firms())));
alter table pipeline_intellectualproperty enable row level security;
alter table pipeline_intellectualproperty force row level security;
drop policy if exists read on pipeline_intellectualproperty;
drop policy if exists add on pipeline_intellectualproperty;
drop policy if exists change on pipeline_intellectualproperty;
drop policy if exists remove on pipeline_intellectualproperty;
create policy read on pipeline_intellectualproperty for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_intellectualproperty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_intellectualproperty.firm_id in (select mp_own_firms()) or (pipeline_intellectualproperty.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_intellectualproperty.firm_id))));
create policy add on pipeline_intellectualproperty for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_intellectualproperty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_intellectualproperty.firm_id in (select mp_own_firms())));
create policy change on pipeline_intellectualproperty for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_intellectualproperty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_intellectualproperty.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_intellectualproperty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_intellectualproperty.firm_id in (select mp_own_firms())));
create policy remove on pipeline_intellectualproperty for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_intellectualproperty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_intellectualproperty.firm_id in (select mp_own_firms())));
alter table pipeline_rdproject enable row level security;
alter table pipeline_rdproject force row level security;
drop policy if exists read on pipeline_rdproject;
drop policy if exists add on pipeline_rdproject;
drop policy if exists change on pipeline_rdproject;
drop policy if exists remove on pipeline_rdproject;
create policy read on pipeline_rdproject for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_rdproject.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_rdproject.firm_id in (select mp_own_firms()) or (pipeline_rdproject.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_rdproject.firm_id))));
create policy add on pipeline_rdproject for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_rdproject.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_rdproject.firm_id in (select mp_own_firms())));
create policy change on pipeline_rdproject for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_rdproject.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_rdproject.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_rdproject.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_rdproject.firm_id in (select mp_own_firms())));
create policy remove on pipeline_rdproject for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_rdproject.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_rdproject.firm_id in (select mp_own_firms())));
alter table pipeline_expenseline enable row level security;
alter table pipeline_expenseline force row level security;
drop policy if exists read on pipeline_expenseline;
drop policy if exists add on pipeline_expenseline;
drop policy if exists change on pipeline_expenseline;
drop policy if exists remove on pipeline_expenseline;
create policy read on pipeline_expenseline for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_expenseline.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_expenseline.firm_id in (select mp_own_firms()) or (pipeline_expenseline.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_expenseline.firm_id))));
create policy add on pipeline_expenseline for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_expenseline.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_expenseline.firm_id in (select mp_own_firms())));
create policy change on pipeline_expenseline for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_expenseline.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_expenseline.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_expenseline.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_expenseline.firm_id in (select mp_own_firms())));
create policy remove on pipeline_expenseline for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_expenseline.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_expenseline.firm_id in (select mp_own_firms())));
alter table pipeline_hitechproduct enable row level security;
alter table pipeline_hitechproduct force row level security;
drop policy if exists read on pipeline_hitechproduct;
drop policy if exists add on pipeline_hitechproduct;
drop policy if exists change on pipeline_hitechproduct;
drop policy if exists remove on pipeline_hitechproduct;
create policy read on pipeline_hitechproduct for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_hitechproduct.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_hitechproduct.firm_id in (select mp_own_firms()) or (pipeline_hitechproduct.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_hitechproduct.firm_id))));
create policy add on pipeline_hitechproduct for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_hitechproduct.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_hitechproduct.firm_id in (select mp_own_firms())));
create policy change on pipeline_hitechproduct for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_hitechproduct.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_hitechproduct.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_hitechproduct.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_hitechproduct.firm_id in (select mp_own_firms())));
create policy remove on pipeline_hitechproduct for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_hitechproduct.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_hitechproduct.firm_id in (select mp_own_firms())));
alter table pipeline_productincome enable row level security;
alter table pipeline_productincome force row level security;
drop policy if exists read on pipeline_productincome;
drop policy if exists add on pipeline_productincome;
drop policy if exists change on pipeline_productincome;
drop policy if exists remove on pipeline_productincome;
create policy read on pipeline_productincome for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_productincome.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_productincome.firm_id in (select mp_own_firms()) or (pipeline_productincome.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_productincome.firm_id))));
create policy add on pipeline_productincome for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_productincome.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_productincome.firm_id in (select mp_own_firms())));
create policy change on pipeline_productincome for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_productincome.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_productincome.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_productincome.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_productincome.firm_id in (select mp_own_firms())));
create policy remove on pipeline_productincome for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_productincome.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_productincome.firm_id in (select mp_own_firms())));
alter table pipeline_tie enable row level security;
alter table pipeline_tie force row level security;
drop policy if exists read on pipeline_tie;
drop policy if exists add on pipeline_tie;
drop policy if exists change on pipeline_tie;
drop policy if exists remove on pipeline_tie;
create policy read on pipeline_tie for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_tie.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_tie.firm_id in (select mp_own_firms()) or (pipeline_tie.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_tie.firm_id))));
create policy add on pipeline_tie for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_tie.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_tie.firm_id in (select mp_own_firms())));
create policy change on pipeline_tie for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_tie.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_tie.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_tie.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_tie.firm_id in (select mp_own_firms())));
create policy remove on pipeline_tie for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_tie.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_tie.firm_id in (select mp_own_firms())));
alter table pipeline_conversion enable row level security;
alter table pipeline_conversion force row level security;
drop policy if exists read on pipeline_conversion;
drop policy if exists add on pipeline_conversion;
drop policy if exists change on pipeline_conversion;
drop policy if exists remove on pipeline_conversion;
create policy read on pipeline_conversion for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversion.firm_id in (select mp_own_firms()) or (pipeline_conversion.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_conversion.firm_id))));
create policy add on pipeline_conversion for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversion.firm_id in (select mp_own_firms())));
create policy change on pipeline_conversion for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversion.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversion.firm_id in (select mp_own_firms())));
create policy remove on pipeline_conversion for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversion.firm_id in (select mp_own_firms())));
alter table pipeline_conversionproof enable row level security;
alter table pipeline_conversionproof force row level security;
drop policy if exists read on pipeline_conversionproof;
drop policy if exists add on pipeline_conversionproof;
drop policy if exists change on pipeline_conversionproof;
drop policy if exists remove on pipeline_conversionproof;
create policy read on pipeline_conversionproof for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversionproof.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversionproof.firm_id in (select mp_own_firms()) or (pipeline_conversionproof.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_conversionproof.firm_id))));
create policy add on pipeline_conversionproof for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversionproof.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversionproof.firm_id in (select mp_own_firms())));
create policy change on pipeline_conversionproof for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversionproof.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversionproof.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversionproof.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversionproof.firm_id in (select mp_own_firms())));
create policy remove on pipeline_conversionproof for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_conversionproof.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_conversionproof.firm_id in (select mp_own_firms())));
alter table pipeline_staffmonth enable row level security;
alter table pipeline_staffmonth force row level security;
drop policy if exists read on pipeline_staffmonth;
drop policy if exists add on pipeline_staffmonth;
drop policy if exists change on pipeline_staffmonth;
drop policy if exists remove on pipeline_staffmonth;
create policy read on pipeline_staffmonth for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmonth.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmonth.firm_id in (select mp_own_firms()) or (pipeline_staffmonth.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_staffmonth.firm_id))));
create policy add on pipeline_staffmonth for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmonth.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmonth.firm_id in (select mp_own_firms())));
create policy change on pipeline_staffmonth for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmonth.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmonth.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmonth.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmonth.firm_id in (select mp_own_firms())));
create policy remove on pipeline_staffmonth for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmonth.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmonth.firm_id in (select mp_own_firms())));
alter table pipeline_staffmember enable row level security;
alter table pipeline_staffmember force row level security;
drop policy if exists read on pipeline_staffmember;
drop policy if exists add on pipeline_staffmember;
drop policy if exists change on pipeline_staffmember;
drop policy if exists remove on pipeline_staffmember;
create policy read on pipeline_staffmember for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmember.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmember.firm_id in (select mp_own_firms()) or (pipeline_staffmember.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_staffmember.firm_id))));
create policy add on pipeline_staffmember for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmember.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmember.firm_id in (select mp_own_firms())));
create policy change on pipeline_staffmember for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmember.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmember.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmember.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmember.firm_id in (select mp_own_firms())));
create policy remove on pipeline_staffmember for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_staffmember.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_staffmember.firm_id in (select mp_own_firms())));
alter table pipeline_workbook enable row level security;
alter table pipeline_workbook force row level security;
drop policy if exists read on pipeline_workbook;
drop policy if exists add on pipeline_workbook;
drop policy if exists change on pipeline_workbook;
drop policy if exists remove on pipeline_workbook;
create policy read on pipeline_workbook for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_workbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_workbook.firm_id in (select mp_own_firms()) or (pipeline_workbook.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_workbook.firm_id))));
create policy add on pipeline_workbook for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_workbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_workbook.firm_id in (select mp_own_firms())));
create policy change on pipeline_workbook for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_workbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_workbook.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_workbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_workbook.firm_id in (select mp_own_firms())));
create policy remove on pipeline_workbook for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_workbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_workbook.firm_id in (select mp_own_firms())));
alter table pipeline_accountbook enable row level security;
alter table pipeline_accountbook force row level security;
drop policy if exists read on pipeline_accountbook;
drop policy if exists add on pipeline_accountbook;
drop policy if exists change on pipeline_accountbook;
drop policy if exists remove on pipeline_accountbook;
create policy read on pipeline_accountbook for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountbook.firm_id in (select mp_own_firms()) or (pipeline_accountbook.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_accountbook.firm_id))));
create policy add on pipeline_accountbook for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountbook.firm_id in (select mp_own_firms())));
create policy change on pipeline_accountbook for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountbook.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountbook.firm_id in (select mp_own_firms())));
create policy remove on pipeline_accountbook for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountbook.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountbook.firm_id in (select mp_own_firms())));
alter table pipeline_accountmapping enable row level security;
alter table pipeline_accountmapping force row level security;
drop policy if exists read on pipeline_accountmapping;
drop policy if exists add on pipeline_accountmapping;
drop policy if exists change on pipeline_accountmapping;
drop policy if exists remove on pipeline_accountmapping;
create policy read on pipeline_accountmapping for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountmapping.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountmapping.firm_id in (select mp_own_firms()) or (pipeline_accountmapping.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_accountmapping.firm_id))));
create policy add on pipeline_accountmapping for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountmapping.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountmapping.firm_id in (select mp_own_firms())));
create policy change on pipeline_accountmapping for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountmapping.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountmapping.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountmapping.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountmapping.firm_id in (select mp_own_firms())));
create policy remove on pipeline_accountmapping for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_accountmapping.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_accountmapping.firm_id in (select mp_own_firms())));
alter table pipeline_document enable row level security;
alter table pipeline_document force row level security;
drop policy if exists read on pipeline_document;
drop policy if exists add on pipeline_document;
drop policy if exists change on pipeline_document;
drop policy if exists remove on pipeline_document;
create policy read on pipeline_document for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_document.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_document.firm_id in (select mp_own_firms()) or (pipeline_document.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_document.firm_id))));
create policy add on pipeline_document for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_document.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_document.firm_id in (select mp_own_firms())));
create policy change on pipeline_document for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_document.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_document.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_document.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_document.firm_id in (select mp_own_firms())));
create policy remove on pipeline_document for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_document.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_document.firm_id in (select mp_own_firms())));
alter table pipeline_documentversion enable row level security;
alter table pipeline_documentversion force row level security;
drop policy if exists read on pipeline_documentversion;
drop policy if exists add on pipeline_documentversion;
drop policy if exists change on pipeline_documentversion;
drop policy if exists remove on pipeline_documentversion;
create policy read on pipeline_documentversion for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_documentversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_documentversion.firm_id in (select mp_own_firms()) or (pipeline_documentversion.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_documentversion.firm_id))));
create policy add on pipeline_documentversion for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_documentversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_documentversion.firm_id in (select mp_own_firms())));
create policy change on pipeline_documentversion for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_documentversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_documentversion.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_documentversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_documentversion.firm_id in (select mp_own_firms())));
create policy remove on pipeline_documentversion for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_documentversion.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_documentversion.firm_id in (select mp_own_firms())));
alter table pipeline_evidence enable row level security;
alter table pipeline_evidence force row level security;
drop policy if exists read on pipeline_evidence;
drop policy if exists add on pipeline_evidence;
drop policy if exists change on pipeline_evidence;
drop policy if exists remove on pipeline_evidence;
create policy read on pipeline_evidence for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_evidence.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_evidence.firm_id in (select mp_own_firms()) or (pipeline_evidence.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_evidence.firm_id))));
create policy add on pipeline_evidence for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_evidence.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_evidence.firm_id in (select mp_own_firms())));
create policy change on pipeline_evidence for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_evidence.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_evidence.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_evidence.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_evidence.firm_id in (select mp_own_firms())));
create policy remove on pipeline_evidence for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_evidence.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_evidence.firm_id in (select mp_own_firms())));
alter table pipeline_upload enable row level security;
alter table pipeline_upload force row level security;
drop policy if exists read on pipeline_upload;
drop policy if exists add on pipeline_upload;
drop policy if exists change on pipeline_upload;
drop policy if exists remove on pipeline_upload;
create policy read on pipeline_upload for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_upload.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_upload.firm_id in (select mp_own_firms()) or (pipeline_upload.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_upload.firm_id))));
create policy add on pipeline_upload for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_upload.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_upload.firm_id in (select mp_own_firms())));
create policy change on pipeline_upload for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_upload.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_upload.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_upload.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_upload.firm_id in (select mp_own_firms())));
create policy remove on pipeline_upload for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_upload.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_upload.firm_id in (select mp_own_firms())));
alter table pipeline_uploadpiece enable row level security;
alter table pipeline_uploadpiece force row level security;
drop policy if exists read on pipeline_uploadpiece;
drop policy if exists add on pipeline_uploadpiece;
drop policy if exists change on pipeline_uploadpiece;
drop policy if exists remove on pipeline_uploadpiece;
create policy read on pipeline_uploadpiece for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_uploadpiece.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_uploadpiece.firm_id in (select mp_own_firms()) or (pipeline_uploadpiece.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_uploadpiece.firm_id))));
create policy add on pipeline_uploadpiece for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_uploadpiece.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_uploadpiece.firm_id in (select mp_own_firms())));
create policy change on pipeline_uploadpiece for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_uploadpiece.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_uploadpiece.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_uploadpiece.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_uploadpiece.firm_id in (select mp_own_firms())));
create policy remove on pipeline_uploadpiece for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_uploadpiece.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_uploadpiece.firm_id in (select mp_own_firms())));
revoke update, delete, truncate on pipeline_commitment from web;
alter table pipeline_commitment enable row level security;
alter table pipeline_commitment force row level security;
drop policy if exists read on pipeline_commitment;
drop policy if exists add on pipeline_commitment;
drop policy if exists change on pipeline_commitment;
drop policy if exists remove on pipeline_commitment;
create policy read on pipeline_commitment for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_commitment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_commitment.firm_id in (select mp_own_firms()) or (pipeline_commitment.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_commitment.firm_id))));
create policy add on pipeline_commitment for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_commitment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_commitment.firm_id in (select mp_own_firms())));
create policy change on pipeline_commitment for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_commitment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_commitment.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_commitment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_commitment.firm_id in (select mp_own_firms())));
create policy remove on pipeline_commitment for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_commitment.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_commitment.firm_id in (select mp_own_firms())));
alter table pipeline_case enable row level security;
alter table pipeline_case force row level security;
drop policy if exists read on pipeline_case;
drop policy if exists add on pipeline_case;
drop policy if exists change on pipeline_case;
drop policy if exists remove on pipeline_case;
create policy read on pipeline_case for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_case.firm_id in (select mp_own_firms()) or (pipeline_case.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_case.firm_id)) or (select mp_leads()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_led_counties())))));
create policy add on pipeline_case for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_case.firm_id in (select mp_own_firms())));
create policy change on pipeline_case for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_case.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_case.firm_id in (select mp_own_firms())));
create policy remove on pipeline_case for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_case.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_case.firm_id in (select mp_own_firms())));
revoke update, delete, truncate on pipeline_transition from web;
alter table pipeline_transition enable row level security;
alter table pipeline_transition force row level security;
drop policy if exists read on pipeline_transition;
drop policy if exists add on pipeline_transition;
drop policy if exists change on pipeline_transition;
drop policy if exists remove on pipeline_transition;
create policy read on pipeline_transition for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_transition.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_transition.firm_id in (select mp_own_firms()) or (pipeline_transition.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_transition.firm_id))));
create policy add on pipeline_transition for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_transition.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_transition.firm_id in (select mp_own_firms())));
create policy change on pipeline_transition for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_transition.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_transition.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_transition.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_transition.firm_id in (select mp_own_firms())));
create policy remove on pipeline_transition for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_transition.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_transition.firm_id in (select mp_own_firms())));
alter table pipeline_fault enable row level security;
alter table pipeline_fault force row level security;
drop policy if exists read on pipeline_fault;
drop policy if exists add on pipeline_fault;
drop policy if exists change on pipeline_fault;
drop policy if exists remove on pipeline_fault;
create policy read on pipeline_fault for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_fault.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_fault.firm_id in (select mp_own_firms()) or (pipeline_fault.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_fault.firm_id))));
create policy add on pipeline_fault for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_fault.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_fault.firm_id in (select mp_own_firms())));
create policy change on pipeline_fault for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_fault.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_fault.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_fault.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_fault.firm_id in (select mp_own_firms())));
create policy remove on pipeline_fault for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_fault.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_fault.firm_id in (select mp_own_firms())));
alter table pipeline_flag enable row level security;
alter table pipeline_flag force row level security;
drop policy if exists read on pipeline_flag;
drop policy if exists add on pipeline_flag;
drop policy if exists change on pipeline_flag;
drop policy if exists remove on pipeline_flag;
create policy read on pipeline_flag for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_flag.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_flag.firm_id in (select mp_own_firms()) or (pipeline_flag.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_flag.firm_id))));
create policy add on pipeline_flag for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_flag.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_flag.firm_id in (select mp_own_firms())));
create policy change on pipeline_flag for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_flag.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_flag.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_flag.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_flag.firm_id in (select mp_own_firms())));
create policy remove on pipeline_flag for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_flag.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_flag.firm_id in (select mp_own_firms())));
alter table pipeline_proposal enable row level security;
alter table pipeline_proposal force row level security;
drop policy if exists read on pipeline_proposal;
drop policy if exists add on pipeline_proposal;
drop policy if exists change on pipeline_proposal;
drop policy if exists remove on pipeline_proposal;
create policy read on pipeline_proposal for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_proposal.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_proposal.firm_id in (select mp_own_firms()) or (pipeline_proposal.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_proposal.firm_id))));
create policy add on pipeline_proposal for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_proposal.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_proposal.firm_id in (select mp_own_firms())));
create policy change on pipeline_proposal for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_proposal.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_proposal.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_proposal.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_proposal.firm_id in (select mp_own_firms())));
create policy remove on pipeline_proposal for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_proposal.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_proposal.firm_id in (select mp_own_firms())));
revoke update, delete, truncate on pipeline_diagnosis from web;
alter table pipeline_diagnosis enable row level security;
alter table pipeline_diagnosis force row level security;
drop policy if exists read on pipeline_diagnosis;
drop policy if exists add on pipeline_diagnosis;
drop policy if exists change on pipeline_diagnosis;
drop policy if exists remove on pipeline_diagnosis;
create policy read on pipeline_diagnosis for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_diagnosis.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_diagnosis.firm_id in (select mp_own_firms()) or (pipeline_diagnosis.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_diagnosis.firm_id))));
create policy add on pipeline_diagnosis for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_diagnosis.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_diagnosis.firm_id in (select mp_own_firms())));
create policy change on pipeline_diagnosis for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_diagnosis.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_diagnosis.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_diagnosis.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_diagnosis.firm_id in (select mp_own_firms())));
create policy remove on pipeline_diagnosis for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_diagnosis.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_diagnosis.firm_id in (select mp_own_firms())));
revoke update, delete, truncate on pipeline_gap from web;
alter table pipeline_gap enable row level security;
alter table pipeline_gap force row level security;
drop policy if exists read on pipeline_gap;
drop policy if exists add on pipeline_gap;
drop policy if exists change on pipeline_gap;
drop policy if exists remove on pipeline_gap;
create policy read on pipeline_gap for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_gap.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_gap.firm_id in (select mp_own_firms()) or (pipeline_gap.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_gap.firm_id))));
create policy add on pipeline_gap for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_gap.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_gap.firm_id in (select mp_own_firms())));
create policy change on pipeline_gap for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_gap.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_gap.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_gap.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_gap.firm_id in (select mp_own_firms())));
create policy remove on pipeline_gap for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_gap.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_gap.firm_id in (select mp_own_firms())));
alter table pipeline_plan enable row level security;
alter table pipeline_plan force row level security;
drop policy if exists read on pipeline_plan;
drop policy if exists add on pipeline_plan;
drop policy if exists change on pipeline_plan;
drop policy if exists remove on pipeline_plan;
create policy read on pipeline_plan for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_plan.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_plan.firm_id in (select mp_own_firms()) or (pipeline_plan.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_plan.firm_id))));
create policy add on pipeline_plan for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_plan.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_plan.firm_id in (select mp_own_firms())));
create policy change on pipeline_plan for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_plan.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_plan.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_plan.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_plan.firm_id in (select mp_own_firms())));
create policy remove on pipeline_plan for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_plan.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_plan.firm_id in (select mp_own_firms())));
alter table pipeline_step enable row level security;
alter table pipeline_step force row level security;
drop policy if exists read on pipeline_step;
drop policy if exists add on pipeline_step;
drop policy if exists change on pipeline_step;
drop policy if exists remove on pipeline_step;
create policy read on pipeline_step for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_step.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_step.firm_id in (select mp_own_firms()) or (pipeline_step.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_step.firm_id))));
create policy add on pipeline_step for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_step.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_step.firm_id in (select mp_own_firms())));
create policy change on pipeline_step for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_step.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_step.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_step.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_step.firm_id in (select mp_own_firms())));
create policy remove on pipeline_step for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_step.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_step.firm_id in (select mp_own_firms())));
alter table pipeline_visit enable row level security;
alter table pipeline_visit force row level security;
drop policy if exists read on pipeline_visit;
drop policy if exists add on pipeline_visit;
drop policy if exists change on pipeline_visit;
drop policy if exists remove on pipeline_visit;
create policy read on pipeline_visit for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_visit.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_visit.firm_id in (select mp_own_firms()) or (pipeline_visit.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_visit.firm_id))));
create policy add on pipeline_visit for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_visit.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_visit.firm_id in (select mp_own_firms())));
create policy change on pipeline_visit for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_visit.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_visit.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_visit.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_visit.firm_id in (select mp_own_firms())));
create policy remove on pipeline_visit for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_visit.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_visit.firm_id in (select mp_own_firms())));
alter table pipeline_application enable row level security;
alter table pipeline_application force row level security;
drop policy if exists read on pipeline_application;
drop policy if exists add on pipeline_application;
drop policy if exists change on pipeline_application;
drop policy if exists remove on pipeline_application;
create policy read on pipeline_application for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_application.firm_id in (select mp_own_firms()) or (pipeline_application.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_application.firm_id)) or (select mp_leads()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_led_counties())))));
create policy add on pipeline_application for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_application.firm_id in (select mp_own_firms())));
create policy change on pipeline_application for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_application.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_application.firm_id in (select mp_own_firms())));
create policy remove on pipeline_application for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_application.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_application.firm_id in (select mp_own_firms())));
alter table pipeline_certificate enable row level security;
alter table pipeline_certificate force row level security;
drop policy if exists read on pipeline_certificate;
drop policy if exists add on pipeline_certificate;
drop policy if exists change on pipeline_certificate;
drop policy if exists remove on pipeline_certificate;
create policy read on pipeline_certificate for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificate.firm_id in (select mp_own_firms()) or (pipeline_certificate.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_certificate.firm_id)) or (select mp_leads()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_led_counties())))));
create policy add on pipeline_certificate for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificate.firm_id in (select mp_own_firms())));
create policy change on pipeline_certificate for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificate.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificate.firm_id in (select mp_own_firms())));
create policy remove on pipeline_certificate for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificate.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificate.firm_id in (select mp_own_firms())));
revoke update, delete, truncate on pipeline_certificateevent from web;
alter table pipeline_certificateevent enable row level security;
alter table pipeline_certificateevent force row level security;
drop policy if exists read on pipeline_certificateevent;
drop policy if exists add on pipeline_certificateevent;
drop policy if exists change on pipeline_certificateevent;
drop policy if exists remove on pipeline_certificateevent;
create policy read on pipeline_certificateevent for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificateevent.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificateevent.firm_id in (select mp_own_firms()) or (pipeline_certificateevent.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_certificateevent.firm_id))));
create policy add on pipeline_certificateevent for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificateevent.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificateevent.firm_id in (select mp_own_firms())));
create policy change on pipeline_certificateevent for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificateevent.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificateevent.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificateevent.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificateevent.firm_id in (select mp_own_firms())));
create policy remove on pipeline_certificateevent for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_certificateevent.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_certificateevent.firm_id in (select mp_own_firms())));
alter table pipeline_obligation enable row level security;
alter table pipeline_obligation force row level security;
drop policy if exists read on pipeline_obligation;
drop policy if exists add on pipeline_obligation;
drop policy if exists change on pipeline_obligation;
drop policy if exists remove on pipeline_obligation;
create policy read on pipeline_obligation for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_obligation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_obligation.firm_id in (select mp_own_firms()) or (pipeline_obligation.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_obligation.firm_id))));
create policy add on pipeline_obligation for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_obligation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_obligation.firm_id in (select mp_own_firms())));
create policy change on pipeline_obligation for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_obligation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_obligation.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_obligation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_obligation.firm_id in (select mp_own_firms())));
create policy remove on pipeline_obligation for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_obligation.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_obligation.firm_id in (select mp_own_firms())));
alter table pipeline_notice enable row level security;
alter table pipeline_notice force row level security;
drop policy if exists read on pipeline_notice;
drop policy if exists add on pipeline_notice;
drop policy if exists change on pipeline_notice;
drop policy if exists remove on pipeline_notice;
create policy read on pipeline_notice for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_notice.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_notice.firm_id in (select mp_own_firms()) or (pipeline_notice.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_notice.firm_id))));
create policy add on pipeline_notice for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_notice.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_notice.firm_id in (select mp_own_firms())));
create policy change on pipeline_notice for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_notice.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_notice.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_notice.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_notice.firm_id in (select mp_own_firms())));
create policy remove on pipeline_notice for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_notice.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_notice.firm_id in (select mp_own_firms())));
alter table pipeline_difficulty enable row level security;
alter table pipeline_difficulty force row level security;
drop policy if exists read on pipeline_difficulty;
drop policy if exists add on pipeline_difficulty;
drop policy if exists change on pipeline_difficulty;
drop policy if exists remove on pipeline_difficulty;
create policy read on pipeline_difficulty for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_difficulty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_difficulty.firm_id in (select mp_own_firms()) or (pipeline_difficulty.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_difficulty.firm_id))));
create policy add on pipeline_difficulty for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_difficulty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_difficulty.firm_id in (select mp_own_firms())));
create policy change on pipeline_difficulty for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_difficulty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_difficulty.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_difficulty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_difficulty.firm_id in (select mp_own_firms())));
create policy remove on pipeline_difficulty for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_difficulty.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_difficulty.firm_id in (select mp_own_firms())));
alter table pipeline_booking enable row level security;
alter table pipeline_booking force row level security;
drop policy if exists read on pipeline_booking;
drop policy if exists add on pipeline_booking;
drop policy if exists change on pipeline_booking;
drop policy if exists remove on pipeline_booking;
create policy read on pipeline_booking for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_booking.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_booking.firm_id in (select mp_own_firms()) or (pipeline_booking.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_booking.firm_id))));
create policy add on pipeline_booking for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_booking.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_booking.firm_id in (select mp_own_firms())));
create policy change on pipeline_booking for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_booking.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_booking.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_booking.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_booking.firm_id in (select mp_own_firms())));
create policy remove on pipeline_booking for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_booking.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_booking.firm_id in (select mp_own_firms())));
alter table pipeline_smeregistration enable row level security;
alter table pipeline_smeregistration force row level security;
drop policy if exists read on pipeline_smeregistration;
drop policy if exists add on pipeline_smeregistration;
drop policy if exists change on pipeline_smeregistration;
drop policy if exists remove on pipeline_smeregistration;
create policy read on pipeline_smeregistration for select to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_smeregistration.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_smeregistration.firm_id in (select mp_own_firms()) or (pipeline_smeregistration.firm_id in (select mp_past_firms()) and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left(pipeline_smeregistration.firm_id))));
create policy add on pipeline_smeregistration for insert to web with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_smeregistration.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_smeregistration.firm_id in (select mp_own_firms())));
create policy change on pipeline_smeregistration for update to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_smeregistration.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_smeregistration.firm_id in (select mp_own_firms()))) with check (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_smeregistration.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_smeregistration.firm_id in (select mp_own_firms())));
create policy remove on pipeline_smeregistration for delete to web using (((select mp_sees_city()) or exists (select from pipeline_firmmove m where m.firm_id = pipeline_smeregistration.firm_id and upper_inf(m.during) and m.division_id = any(array(select mp_counties()))) or pipeline_smeregistration.firm_id in (select mp_own_firms())));
alter table pipeline_seat enable row level security;
alter table pipeline_seat force row level security;
drop policy if exists read on pipeline_seat;
drop policy if exists add on pipeline_seat;
drop policy if exists change on pipeline_seat;
drop policy if exists remove on pipeline_seat;
create policy read on pipeline_seat for select to web using ((user_id = (select mp_user()) or (select mp_sees_city()) or (select mp_holds('security_admin')) or firm_id in (select mp_firms()) or (kind = 'coach' and exists (select mp_offices())) or (kind = 'agency' and exists (select mp_own_firms())) or office_id in (select mp_offices()) or (kind = 'firm_owner' and exists (select from pipeline_invitation i where i.id in (select mp_invited()) and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind))));
create policy add on pipeline_seat for insert to web with check (((select mp_holds('security_admin')) or (select mp_provisions()) or firm_id in (select mp_owned_firms()) or (kind = 'firm_owner' and ((select mp_sees_city()) or (exists (select mp_offices()) and firm_id in (select mp_firms())))) or (user_id = (select mp_user()) and exists (select from pipeline_invitation i where i.id in (select mp_invited()) and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind))));
create policy change on pipeline_seat for update to web using (((select mp_holds('security_admin')) or (select mp_provisions()) or firm_id in (select mp_owned_firms()) or (kind = 'firm_owner' and exists (select from pipeline_invitation i where i.id in (select mp_invited()) and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind)))) with check (((select mp_holds('security_admin')) or (select mp_provisions()) or firm_id in (select mp_owned_firms()) or (kind = 'firm_owner' and exists (select from pipeline_invitation i where i.id in (select mp_invited()) and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind))));
create policy remove on pipeline_seat for delete to web using (((select mp_holds('security_admin')) or (select mp_provisions())));
drop policy if exists owner_reads on pipeline_seat;
create policy owner_reads on pipeline_seat for select to current_user using (true);
alter table pipeline_claim enable row level security;
alter table pipeline_claim force row level security;
drop policy if exists read on pipeline_claim;
drop policy if exists add on pipeline_claim;
drop policy if exists change on pipeline_claim;
drop policy if exists remove on pipeline_claim;
create policy read on pipeline_claim for select to web using ((person_id = (select mp_user()) or (select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_claim for insert to web with check ((person_id = (select mp_user()) and state = 'open'));
create policy change on pipeline_claim for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_claim for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
alter table pipeline_bookdraft enable row level security;
alter table pipeline_bookdraft force row level security;
drop policy if exists read on pipeline_bookdraft;
drop policy if exists add on pipeline_bookdraft;
drop policy if exists change on pipeline_bookdraft;
drop policy if exists remove on pipeline_bookdraft;
create policy read on pipeline_bookdraft for select to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_bookdraft for insert to web with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy change on pipeline_bookdraft for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_bookdraft for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
alter table pipeline_import enable row level security;
alter table pipeline_import force row level security;
drop policy if exists read on pipeline_import;
drop policy if exists add on pipeline_import;
drop policy if exists change on pipeline_import;
drop policy if exists remove on pipeline_import;
create policy read on pipeline_import for select to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_import for insert to web with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy change on pipeline_import for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_import for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
alter table pipeline_importrow enable row level security;
alter table pipeline_importrow force row level security;
drop policy if exists read on pipeline_importrow;
drop policy if exists add on pipeline_importrow;
drop policy if exists change on pipeline_importrow;
drop policy if exists remove on pipeline_importrow;
create policy read on pipeline_importrow for select to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_importrow for insert to web with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy change on pipeline_importrow for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_importrow for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
alter table pipeline_trial enable row level security;
alter table pipeline_trial force row level security;
drop policy if exists read on pipeline_trial;
drop policy if exists add on pipeline_trial;
drop policy if exists change on pipeline_trial;
drop policy if exists remove on pipeline_trial;
create policy read on pipeline_trial for select to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_trial for insert to web with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy change on pipeline_trial for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_trial for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
alter table pipeline_trialsheet enable row level security;
alter table pipeline_trialsheet force row level security;
drop policy if exists read on pipeline_trialsheet;
drop policy if exists add on pipeline_trialsheet;
drop policy if exists change on pipeline_trialsheet;
drop policy if exists remove on pipeline_trialsheet;
create policy read on pipeline_trialsheet for select to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy add on pipeline_trialsheet for insert to web with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy change on pipeline_trialsheet for update to web using (((select mp_sees_city()) or office_id in (select mp_offices()))) with check (((select mp_sees_city()) or office_id in (select mp_offices())));
create policy remove on pipeline_trialsheet for delete to web using (((select mp_sees_city()) or office_id in (select mp_offices())));
revoke update, delete, truncate on pipeline_bookedition from web;
alter table pipeline_bookedition enable row level security;
alter table pipeline_bookedition force row level security;
drop policy if exists read on pipeline_bookedition;
drop policy if exists add on pipeline_bookedition;
drop policy if exists change on pipeline_bookedition;
drop policy if exists remove on pipeline_bookedition;
create policy read on pipeline_bookedition for select to web using (true);
create policy add on pipeline_bookedition for insert to web with check (((select mp_holds('city_head')) and published_by_id = (select mp_user())));
revoke update, delete, truncate on pipeline_trailseal from web;
revoke update, delete, truncate on trail_entry from web;
revoke insert on trail_entry from web;
alter table trail_entry enable row level security;
alter table trail_entry force row level security;
drop policy if exists read on trail_entry;
drop policy if exists add on trail_entry;
drop policy if exists change on trail_entry;
drop policy if exists remove on trail_entry;
create policy read on trail_entry for select to web using (((select mp_holds('audit_admin')) or current_setting('app.scope', true) = 'sealer'));
drop policy if exists owner_reads on trail_entry;
create policy owner_reads on trail_entry for select to current_user using (true);
drop policy if exists triggers_write on trail_entry;
create policy triggers_write on trail_entry for insert to current_user with check (true);
do $$ declare each record; begin for each in select inhrelid::regclass as part from pg_inherits where inhparent = 'trail_entry'::regclass loop execute format('revoke all on %s from web', each.part); end loop; for each in select oid::regprocedure as writer from pg_proc where proname like 'pgtrigger_trail_%' loop execute format('alter function %s security definer set search_path = public, pg_temp', each.writer); execute format('revoke all on function %s from public', each.writer); end loop; end $$;
revoke insert, update, delete on django_migrations from web;
