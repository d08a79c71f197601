-- Every host that the metadata names anywhere, localized members (RFC 7591 section 2.2: logo_uri#ja) included; loopback
-- and private-use redirects name none. An address that is written in any other way is answered whole: nobody can prove
-- that one.
create or replace function review.hosts_of(metadata jsonb) returns setof text
    language sql immutable
    as $$
        select distinct coalesce(lower(substring(uri from '(?i)^https://([^/:?#@\\]+)(?::[0-9]+)?(?:[/?#]|$)')), uri)
        from (
            select jsonb_array_elements_text(coalesce(metadata -> 'redirect_uris', '[]')) as uri
            union all
            select value from jsonb_each_text(metadata)
            where key ~ '^(client_uri|logo_uri|tos_uri|policy_uri)(#|$)' or key = 'jwks_uri'
        ) as named
        where uri !~* '^http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?([/?]|$)'
          and uri !~* '^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:/'
    $$;
