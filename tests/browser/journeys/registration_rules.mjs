// What an owner and staff set about registrations, page by page: modes, allowlists, statement issuers, tokens and the
// brake of a tenant; known names, brakes and lists of the platform. It changes nothing.

import assert from 'node:assert/strict';
import * as pages from '../pages.mjs';

export default async function registrationRules({ at, tenant, step, person, reviewer }) {
  const owner = await person();
  const look = async (who, url, name) => {
    const answer = await who.go(url);
    assert.equal(answer.status(), 200, url);
    await who.visit(name);
  };

  await step('the owner sees what each environment takes', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const own = `${at.portal}/t/${tenant.slug}`;
    await look(owner, `${own}/production/settings`, 'settings');
    await look(owner, `${own}/production/settings/allowlists`, 'allowlists');
    await look(owner, `${own}/production/settings/statements`, 'statements');
    await look(owner, `${own}/production/settings/trusted-domains`, 'trusted-domains');
    await look(owner, `${own}/production/settings/blocks`, 'blocks');
    await look(owner, `${own}/production/settings/limits`, 'limits');
    await look(owner, `${own}/production/settings/tokens`, 'tokens');
    await look(owner, `${own}/claims`, 'claims');
    await look(owner, `${own}/sandbox/settings`, 'settings-sandbox');
    await look(owner, `${own}/production/initial-access-tokens`, 'initial-access-tokens');
    await look(owner, `${own}/production/verify`, 'verify');
    await look(owner, `${own}/brake`, 'brake');
  });

  await step('staff see what holds for all tenants', async () => {
    const staff = await reviewer();
    await look(staff, `${at.staff}/brands`, 'known-names');
    await look(staff, `${at.staff}/brakes`, 'brakes');
    await look(staff, `${at.staff}/lists`, 'lists');
    await look(staff, `${at.staff}/lists/new`, 'new-listing');
    await look(staff, `${at.staff}/attempts`, 'attempts');
    await look(staff, `${at.staff}/quarantine`, 'quarantine-empty');
    await look(staff, `${at.staff}/documents`, 'documents');
    await look(staff, `${at.staff}/documents/new`, 'new-document');
    await look(staff, `${at.staff}/issuance`, 'issuance');
    await look(staff, `${at.staff}/api-tokens`, 'api-tokens');
    await look(staff, `${at.staff}/api/v1`, 'api');
  });
}
