import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const { NARTHEX_ISSUER, NARTHEX_CLIENT_ID, NARTHEX_CLIENT_SECRET, MCP_SERVER } = process.env;

class ApprovedReach extends ClientCredentialsProvider {
  // A server names every scope that it knows. Without a scope, the token has all that was approved.
  prepareTokenRequest() {
    return super.prepareTokenRequest();
  }
}

const authProvider = new ApprovedReach({
  clientId: NARTHEX_CLIENT_ID,
  clientSecret: NARTHEX_CLIENT_SECRET,
  expectedIssuer: NARTHEX_ISSUER,
});
const client = new Client({ name: 'quick-start', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(MCP_SERVER), { authProvider }));

const { tools } = await client.listTools();
for (const { name, description } of tools) console.log(`${name}: ${description}`);

const answer = await client.callTool({ name: 'list_notes', arguments: {} });
console.log(JSON.stringify(answer));
await client.close();
