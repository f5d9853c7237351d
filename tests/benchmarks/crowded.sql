-- A crowd for benchmarks: firms with a credit code whose check digit is right, three years and three rights.
insert into pipeline_firmmove (firm_id, division_id, during)
    select g, d.ids[1 + g % cardinality(d.ids)], daterange('2015-01-01', null)
    from generate_series(1001, 1000 + %(firms)s) g,
        (select array_agg(id order by id) as ids from pipeline_division where level = 'county') d;
insert into pipeline_firm (id, uscc, name, pinyin, registered_on, resident, field, industry, address, made_up, version,
        diagnosis_due, rd_ledger, credit_clean, never_certified, no_incident)
    select g, '91330112MA2' || lpad(g::text, 6, '0') || substr('0123456789ABCDEFGHJKLMNPQRTUWXY',
        1 + (31 - (26 + g / 100000 * 13 + g / 10000 % 10 * 8 + g / 1000 % 10 * 24 + g / 100 % 10 * 10
            + g / 10 % 10 * 30 + g % 10 * 28) % 31) % 31, 1), '企业' || g, 'p' || g, date '2010-01-01' + g % 4000, true, '10101', 'I6513', '', '', 1,
        false, g % 2 = 0, true, true, true
    from generate_series(1001, 1000 + %(firms)s) g;
insert into pipeline_financialyear (firm_id, year, sales, total_income, non_taxable_income, hitech_income, net_assets,
        total_assets, costs, rd_total, rd_domestic, staff, tech_staff, source, version)
    select g, y, 10000000 + g * 7919 % 300000000 + 0.37, 10000000 + g * 7919 % 310000000, 0,
        6000000 + g * 7919 % 200000000, 5000000 + g * 31 + y, 10000000, 9000000 + g * 7919 % 290000000,
        400000 + g * 7919 % 12000000, 400000 + g * 7919 % 12000000, 20 + g % 300 + 0.25, 2 + g % 40, '', 1
    from generate_series(1001, 1000 + %(firms)s) g, generate_series(2023, 2025) y;
insert into pipeline_intellectualproperty (firm_id, kind, number, title, granted_on, expires_on, acquired_by, owners, core)
    select g, case k when 1 then 'invention' else 'utility_model' end, g || '-' || k, '', '2020-01-01', '2035-01-01',
        'own_rd', 1, k = 1
    from generate_series(1001, 1000 + %(firms)s) g, generate_series(1, 3) k;
