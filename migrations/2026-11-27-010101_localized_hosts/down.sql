create or replace function review.hosts_of(metadata jsonb) returns setof text
    language sql immutable
    as $$
        select distinct coalesce(lower(substring(uri from '(?i)^https://([^/:?#@\\]+)(?::[0-9]+)?(?:[/?#]|$)')), uri)
        from (
            select jsonb_array_elements_text(coalesce(metadata -> 'redirect_uris', '[]')) as uri
            union all
            select metadata ->> member
            from unnest(array['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri']) as member
        ) as named
        where uri !~* '^http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?([/?]|$)'
          and uri !~* '^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:/'
    $$;
